import type { ScheduledWeight, ScheduleState } from '@lowbit/core/method';

/** A weight and what it would be after its next step. */
export interface Candidate {
  readonly weight: ScheduledWeight;
  /** 1 where values would be snapped. */
  readonly mask: Uint8Array;
}

/**
 * Candidates by how much snapping each one alone changes the network's loss, compared across all of them: first those
 * that lower it, as they are free, then those that raise it, the largest rise first. One run of the network each.
 */
export async function byLoss(
  candidates: readonly Candidate[],
  loss: NonNullable<ScheduleState['loss']>,
): Promise<readonly Candidate[]> {
  const now = await loss(new Map());
  const measured: { candidate: Candidate; rise: number }[] = [];
  for (const candidate of candidates) {
    const { weight, mask } = candidate;
    const values = weight.values.map((value, i) => (mask[i] === 1 ? (weight.quantized[i] as number) : value));
    measured.push({ candidate, rise: (await loss(new Map([[weight.id, values]]))) - now });
  }
  const rank = ({ rise }: { rise: number }) => (rise < 0 ? Infinity : rise);
  return measured.sort((a, b) => compare(rank(b), rank(a))).map(({ candidate }) => candidate);
}

/** Candidates from the input to the output. */
export function byDepth(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...candidates].sort((a, b) => a.weight.depth - b.weight.depth);
}

/** Like a − b, also for two infinities. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
