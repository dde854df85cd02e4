import { toFloat32 } from '../numeric/float32.js';
import type { SliceParameters } from '../scheme/types.js';
import { cellEnds } from './cells.js';
import type { WeightedPoints } from './weighted-points.js';

/**
 * The codebook that is stored for the levels: as float32, ascending, each once, without those that are no
 * point's nearest, unless they are in `kept`. Without any points: the kept levels, or the one level 0.
 */
export function codebookOf(
  points: WeightedPoints,
  levels: ArrayLike<number>,
  kept: Iterable<number> = [],
): SliceParameters {
  const always = new Set(Array.from(kept, toFloat32));
  const stored = new Set([...always, ...Array.from(levels, toFloat32)]);
  const ascending = Float64Array.from(stored).sort();
  const ends = cellEnds(points, ascending);
  const used = ascending.filter(
    (level, i) => always.has(level) || (ends[i] as number) < (ends[i + 1] as number),
  );
  return { kind: 'codebook', values: used.length === 0 ? new Float32Array(1) : Float32Array.from(used) };
}
