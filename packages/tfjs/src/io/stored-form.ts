import { storedForm, type StoredWeight, type WeightSpec } from '@lowbit/tfjs-format';

/** What happens to a weight of this form before it is quantized; undefined for float32, which is taken as it is, or nothing known. */
export function expansionNote(spec: WeightSpec | undefined): string | undefined {
  const form = spec === undefined ? 'float32' : storedForm(spec);
  return form === 'float32' ? undefined : `it was stored as ${form} and is expanded exactly first`;
}

/** How many float weights are stored in which form, in one sentence; undefined when all are float32. */
export function formsNote(weights: readonly StoredWeight[]): string | undefined {
  const forms = weights.filter(({ spec }) => spec.dtype === 'float32').map(({ spec }) => storedForm(spec));
  const others = [...new Set(forms)].filter((form) => form !== 'float32');
  if (others.length === 0) return undefined;
  const counts = others.map((form) => `${forms.filter((each) => each === form).length} as ${form}`);
  return `of ${forms.length} float weights the file stores ${counts.join(', ')}: what is quantized is expanded exactly first`;
}
