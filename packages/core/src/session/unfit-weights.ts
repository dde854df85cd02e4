/**
 * Weights that no grid serves: a value that is NaN, infinite or stands for an infinity, as in masks, leaves no level to the others. They
 * stay float, and the rest of the model is quantized.
 */
import type { FloatEntry, PlanEntry } from '../contract/plan.js';
import type { ResolvedEntry, ResolvedPlan } from '../contract/resolved-plan.js';
import { isLowbitError, LowbitError } from '../errors/error.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';

/** A quarter of the largest float32: what lies beyond is near it, and its products with anything leave the type. */
const farthest = 2 ** 126;

/** @throws LowbitError `non-finite` for values near the largest float32, which stand for an infinity. */
export function checkReach({ min, max }: SliceRanges, { weight: { id } }: ResolvedEntry): void {
  // Plain loops, as there are as many slices as groups.
  let slice = 0;
  while (slice < min.length && !isFar(min[slice] as number) && !isFar(max[slice] as number)) slice++;
  if (slice === min.length) return;
  throw new LowbitError({
    code: 'non-finite',
    where: `${id}, slice ${slice}`,
    expected: 'values that are not near the largest float32 number, 3.4e38',
    received: `values from ${min[slice]} to ${max[slice]}`,
    remedy: 'Exclude this weight: a grid with room for such values has none for the others.',
  });
}

/**
 * Runs with the weights that fit: begins anew without those that turn out not to.
 *
 * @param alters Whether the port writes another model without any quantized weight too.
 * @throws LowbitError `nothing-to-quantize` where none fits; what `run` throws for another reason.
 */
export async function withFitWeights<T>(
  resolved: ResolvedPlan,
  alters: boolean,
  run: (resolved: ResolvedPlan, unfit: readonly FloatEntry[]) => Promise<T>,
): Promise<T> {
  try {
    return await run(resolved, []);
  } catch (error) {
    if (!isLowbitError(error) || error.code !== 'non-finite') throw error;
    const unfit = await unfitEntries(resolved.entries);
    if (unfit.length === 0) throw error;
    if (unfit.length === resolved.entries.length && !alters) throw noneFits(resolved, unfit);
    return run(withoutWeights(resolved, unfit), unfit);
  }
}

function noneFits({ plan }: ResolvedPlan, unfit: readonly FloatEntry[]): LowbitError {
  const told = unfit.slice(0, 5).map(({ id, reason }) => `${id} ${reason}`);
  return new LowbitError({
    code: 'nothing-to-quantize',
    where: plan.port,
    expected: 'at least one weight whose values are all finite, and not near the largest float32 number',
    received: told.join('; '),
    remedy:
      'Export the model with finite weights: NaN comes of a training that went astray, and in a mask -10000 does what -Infinity does.',
  });
}

/** The entries of weights that stay float, with the reason. */
async function unfitEntries(entries: readonly ResolvedEntry[]): Promise<FloatEntry[]> {
  const unfit: FloatEntry[] = [];
  for (const { entry, weight } of entries) {
    const reason = unfitReason(await weight.read());
    const { id, layer } = entry;
    if (reason !== undefined) unfit.push({ id, layer, bits: 'float', reason });
  }
  return unfit;
}

/** Why a weight of these values stays float; `undefined` where a grid serves it. */
export function unfitReason(values: Float32Array): string | undefined {
  const index = values.findIndex(isFar);
  return index < 0
    ? undefined
    : `stays float: value ${index} of ${values.length} is ${values[index]}, and a grid with room for it has none for the others`;
}

/** The plan in which these weights stay float, and with them the inputs that only they meet. */
function withoutWeights(resolved: ResolvedPlan, unfit: readonly FloatEntry[]): ResolvedPlan {
  const left = new Map<string, PlanEntry>(unfit.map((entry) => [entry.id, entry]));
  const entries = resolved.entries.filter(({ entry }) => !left.has(entry.id));
  const quantized = new Set(entries.map(({ entry }) => entry.id));
  const layers = resolved.layers.filter(({ weights }) => weights.some(({ id }) => quantized.has(id)));
  const met = new Set(layers.flatMap(({ sites }) => sites.map(({ id }) => id)));
  const { weights, activations, biases, ...others } = resolved.plan;
  const kept = new Set(layers.map(({ id }) => id));
  const plan = {
    ...others,
    weights: weights.map((entry) => left.get(entry.id) ?? entry),
    ...(activations === undefined ? {} : { activations: activations.filter(({ id }) => met.has(id)) }),
    ...(biases === undefined ? {} : { biases: biases.filter(({ layer }) => kept.has(layer)) }),
  };
  const sites = resolved.sites.filter(({ entry }) => met.has(entry.id));
  return { ...resolved, plan, entries, sites };
}

/** Not within reach; NaN is not either. */
const isFar = (value: number): boolean => !(Math.abs(value) <= farthest);
