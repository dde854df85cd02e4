import { roundHalfEven } from '@lowbit/core/method';

/**
 * The stage of a layer when `layers` layers are split evenly into `stages`: 0 for the first. With fewer layers than stages
 * the first and the last stage are used first, so that two layers get the two ends.
 */
export function stageOf(layer: number, layers: number, stages: number): number {
  if (layers >= stages) return Math.floor((layer * stages) / layers);
  return layers === 1 ? 0 : roundHalfEven((layer * (stages - 1)) / (layers - 1));
}

/** Widths of three stages between two widths, the middle one their geometric mean: 8, 4, 2 or 4, 2, 1 or 4, 3, 2. */
export function threeStages(from: number, to: number): readonly number[] {
  return [from, roundHalfEven(Math.sqrt(from * to)), to];
}
