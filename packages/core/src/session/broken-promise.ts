import type { WantedForm, WeightDescriptor, WeightSettings } from '../model/port.js';
import type { QuantizationPlan, QuantizedEntry } from '../plan/plan.js';
import { hasZeroPoints } from '../plugin/has-zero-points.js';
import type { GridKind, Quantizer } from '../plugin/quantizer.js';
import { levelValue } from '../scheme/decode.js';
import { evenLevels } from '../scheme/even-levels.js';
import { levelsOf, sliceParameters } from '../scheme/scheme.js';
import { middleOf } from '../scheme/constant-step.js';
import type { Registry } from '../plugin/registry.js';
import type { Scheme } from '../scheme/types.js';
import { integerZeroPoints } from '../scheme/zero-point.js';

/**
 * In words, that the quantizer has not kept the grid that it promises for the options of this entry, where the packed form of
 * the weight wants it; `undefined` where nothing is wrong.
 */
export function brokenPromise(
  wanted: WantedForm | undefined,
  { quantizer: { name, options } }: QuantizedEntry,
  scheme: Scheme,
  registry: Registry,
): string | undefined {
  const kind = wanted?.grid;
  const quantizer = registry.find('quantizer', name);
  if (
    kind === undefined ||
    quantizer === undefined ||
    !promises(quantizer, options, kind) ||
    keeps(scheme, kind)
  )
    return undefined;
  const chosen = Object.entries(quantizer.grids?.[kind] ?? {}).map(([key, value]) => `${key}=${value}`);
  const condition = chosen.length === 0 ? '' : ` with ${chosen.join(' and ')}`;
  return `${name} broke the promise of its grids: ${words[kind]}${condition}, which ${wanted?.form} wants`;
}

/** What the packed form of each weight of the plan wants, by id. Asked before anything is written, which changes the model. */
export function wantedForms(
  plan: QuantizationPlan,
  placed: ReadonlyMap<string, { readonly weight: WeightDescriptor }>,
  registry: Registry,
): ReadonlyMap<string, WantedForm | undefined> {
  const settings = activationsOf(plan, registry);
  const quantized = plan.weights.filter((entry): entry is QuantizedEntry => entry.bits !== 'float');
  return new Map(
    quantized.map(({ id, bits, granularity }) => [
      id,
      placed.get(id)?.weight.wants?.({ bits, granularity, ...settings }),
    ]),
  );
}

/** What the plan says of activations, as ports are asked for what they want. */
function activationsOf(
  { activations }: QuantizationPlan,
  registry: Registry,
): Pick<WeightSettings, 'activations' | 'measuresRanges'> {
  const measures = activations?.some(
    ({ quantizer }) => registry.find('quantizer', quantizer.name)?.dynamic === 'range',
  );
  return { activations: activations !== undefined, ...(measures ? { measuresRanges: true } : {}) };
}

const words: Readonly<Record<GridKind, string>> = {
  'zero-point': 'an integer zero point in every slice',
  symmetric: 'a symmetric grid',
  even: 'evenly spaced levels',
};

function promises(
  quantizer: Quantizer,
  options: QuantizedEntry['quantizer']['options'],
  kind: GridKind,
): boolean {
  if (kind === 'zero-point') return hasZeroPoints({ quantizer, options });
  const needed = quantizer.grids?.[kind];
  return needed !== undefined && Object.entries(needed).every(([key, value]) => options[key] === value);
}

/** Constants near the largest float32 have no zero point with any method, and break no promise. */
function keeps(scheme: Scheme, kind: GridKind): boolean {
  if (kind === 'even') return isEven(scheme);
  if (scheme.kind !== 'affine') return false;
  const { levels, offset } = scheme;
  const zeroPoints = integerZeroPoints(scheme);
  if (zeroPoints !== undefined && kind === 'zero-point') return true;
  const middle = middleOf(levels);
  if (zeroPoints?.every((zeroPoint) => zeroPoint === middle)) return true;
  return scheme.scale.some((scale, slice) => scale === 0 && offset?.[slice] !== 0);
}

/** Whether levels are evenly spaced; of a codebook, those of the first slice. */
function isEven(scheme: Scheme): boolean {
  if (scheme.kind === 'affine') return true;
  const value = levelValue(sliceParameters(scheme, 0));
  return evenLevels(Float32Array.from({ length: levelsOf(scheme) }, (_, code) => value(code))) !== undefined;
}
