import { lloyd } from './lloyd.js';
import { optimalCodebook } from './optimal-codebook.js';
import type { WeightedPoints } from './weighted-points.js';

export interface ClusterOptions {
  /** Levels that frozen values need: they stay where they are and are part of the result. Default none. */
  readonly kept?: readonly number[];
  /** Levels of the start that stay where they are. Default none. */
  readonly pinned?: readonly number[];
  /** Lloyd steps, exactly so many; default: until converged, at most 300. */
  readonly iterations?: number;
  /** Instead of steps from the start, the best levels that there are. Default false. */
  readonly exact?: boolean;
}

/**
 * As many levels as the start has, clustered around the points: by Lloyd steps from the start, or the optimum. When there
 * are no more points than levels, the levels are the points. Pass the result to `codebookOf`, which drops what is unused.
 */
export function clusterLevels(
  points: WeightedPoints,
  start: ArrayLike<number>,
  { kept = [], pinned = [], iterations, exact = false }: ClusterOptions = {},
): ArrayLike<number> {
  const levels = [...new Set([...kept, ...Array.from(start)])];
  if (points.hidden === 0 && points.values.length <= levels.length) {
    const each = new Set([...kept, ...points.values]);
    if (each.size <= levels.length) return [...each];
  }
  const stays = new Set([...kept, ...pinned.filter((level) => levels.includes(level))]);
  if (exact) return optimalCodebook(points, levels.length, { fixed: [...stays] }).levels;
  const settings = iterations === undefined ? {} : { iterations, tolerance: 0 };
  const mask = levels.map((level) => (stays.has(level) ? 1 : 0));
  return lloyd(points, levels, { pinned: mask, ...settings }).levels;
}
