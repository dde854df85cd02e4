import { isPacked, storedForm, type WeightSpec } from '@lowbit/tfjs-format';
import { rollups, sum } from 'd3-array';

/** Weights that a manifest holds in fewer bits than float32; those that are quantized are expanded before all else. */
export interface ExpandedWeights {
  /** `uint8`, `uint16` or `float16`. */
  readonly form: string;
  readonly weights: number;
  readonly values: number;
}

/** Which weights a manifest holds in fewer bits, by form. Those that lowbit packed are never expanded to be quantized again. */
export function expandedWeights(specs: readonly WeightSpec[]): readonly ExpandedWeights[] {
  const small = specs.filter((spec) => spec.quantization !== undefined && !isPacked(spec));
  return rollups(small, (group) => ({ weights: group.length, values: sum(group, valuesOf) }), storedForm).map(
    ([form, counts]) => ({ form, ...counts }),
  );
}

/** What is said about them. */
export function expandedLine({ form, weights }: ExpandedWeights): string {
  const noun = weights === 1 ? 'weight' : 'weights';
  return `${weights} ${noun} stored as ${form} in the original, expanded exactly where they are quantized; errors are relative to that`;
}

function valuesOf({ shape }: WeightSpec): number {
  return shape.reduce((product, size) => product * size, 1);
}
