import type { Grid } from './refine-grid.js';

/**
 * Largest distance from the grid, in steps of the grid that spans the range: an eighth of the error that coding
 * to that grid could make, and enough for what float32 arithmetic did to the values when they were made.
 */
const tolerance = 1 / 16;

/**
 * The even grid of at most `levels` levels that all values already lie on, or `undefined`: weights that were
 * quantized before can then be kept as they are.
 */
export function existingGrid(values: Float32Array, levels: number): Grid | undefined {
  const distinct = distinctValues(values, levels);
  if (distinct === undefined) return undefined;
  const min = distinct[0] as number;
  const span = (distinct[distinct.length - 1] as number) - min;
  const allowed = (tolerance * span) / (levels - 1);
  // A step cannot be longer than the smallest gap: most slices are refused here, at once.
  const fewest = Math.max(1, Math.ceil(span / (smallestGap(distinct) + 2 * allowed)));
  for (let steps = fewest; steps < levels; steps++) {
    const scale = Math.fround(span / steps);
    if (scale > 0 && liesOn(distinct, min, scale, allowed)) return { levels, scale, offset: min };
  }
  return undefined;
}

function smallestGap(ascending: Float32Array): number {
  let gap = Infinity;
  for (let i = 1; i < ascending.length; i++) {
    gap = Math.min(gap, (ascending[i] as number) - (ascending[i - 1] as number));
  }
  return gap;
}

function liesOn(values: Float32Array, offset: number, scale: number, allowed: number): boolean {
  return values.every((value) => {
    const position = (value - offset) / scale;
    return Math.abs(position - Math.round(position)) * scale <= allowed;
  });
}

/** The different values, ascending, or `undefined` as soon as there are more than `most`. */
function distinctValues(values: Float32Array, most: number): Float32Array | undefined {
  const seen = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    seen.add(values[i] as number);
    if (seen.size > most) return undefined;
  }
  return Float32Array.from(seen).sort();
}
