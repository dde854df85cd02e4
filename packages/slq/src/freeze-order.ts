import type { Cluster, ScheduledWeight, ScheduleState } from '@lowbit/core/method';
import type { FreezeOrder } from './options.js';

/** Negative when the first cluster is frozen before the second. */
export type CompareClusters = (a: Cluster, b: Cluster) => number;

/** The network's loss, and what it is while nothing more is snapped. */
export interface LossNow {
  readonly loss: NonNullable<ScheduleState['loss']>;
  readonly now: number;
}

/** The order in which the clusters of one weight are frozen. `loss` without a loss is `squared-error`. */
export async function compareBy(
  order: FreezeOrder,
  weight: ScheduledWeight,
  network: LossNow | undefined,
): Promise<CompareClusters> {
  if (order === 'magnitude') return byMagnitude;
  if (order === 'squared-error' || network === undefined) return bySquaredError;
  const rises = await lossByCode(weight, network);
  return (a, b) => (rises.get(b.code) ?? 0) - (rises.get(a.code) ?? 0) || bySquaredError(a, b);
}

/** 0 first, then the largest: the order of the released code. */
function byMagnitude(a: Cluster, b: Cluster): number {
  if (a.level === 0 || b.level === 0) return a.level === 0 ? -1 : 1;
  return Math.abs(b.level) - Math.abs(a.level);
}

function bySquaredError(a: Cluster, b: Cluster): number {
  return b.error - a.error;
}

/**
 * How much the loss rises when only the values of one code are snapped, for each code with values that are not frozen.
 * One run of the network a code.
 */
async function lossByCode(
  { values, tensor, quantized, frozen, id }: ScheduledWeight,
  { loss, now }: LossNow,
): Promise<ReadonlyMap<number, number>> {
  const rises = new Map<number, number>();
  for (const code of new Set(tensor.codes.filter((_, i) => frozen[i] !== 1))) {
    const snapped = values.map((value, i) => (tensor.codes[i] === code ? (quantized[i] as number) : value));
    rises.set(code, (await loss(new Map([[id, snapped]]))) - now);
  }
  return rises;
}
