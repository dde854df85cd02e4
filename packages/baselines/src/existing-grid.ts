/** An even grid: value = offset + scale · code, code = 0 … levels − 1. */
export interface Grid {
  readonly levels: number;
  readonly scale: number;
  readonly offset: number;
}

/**
 * Largest distance from the grid, in steps of the grid that spans the range: an eighth of the error that coding
 * to that grid could make, and enough for what float32 arithmetic did to the values when they were made.
 */
const tolerance = 1 / 16;

/**
 * The even grid of at most `levels` levels that all values `from` … `to` already lie on, or `undefined`: weights that were
 * quantized before can then be kept as they are.
 *
 * @param ends The smallest of these values, and the largest.
 */
export function existingGrid(
  values: Float32Array,
  levels: number,
  ends: readonly [least: number, most: number],
  from = 0,
  to = values.length,
): Grid | undefined {
  if (areTooClose(values, levels, ends, from, to)) return undefined;
  const distinct = distinctValues(values.subarray(from, to), levels);
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

/** Cells of which the first value that falls into each is held, for as many levels as are common. */
const firstOfCell = new Float32Array(512);
/** Widths of a cell and of what lies on one level, in steps of the longest grid. */
const [cell, level] = [0.8, 0.13];

/**
 * Whether two values are nearer to each other than two levels can be, and farther than what lies on one: most slices are told by the
 * first few.
 */
function areTooClose(
  values: Float32Array,
  levels: number,
  [least, most]: readonly [least: number, most: number],
  from: number,
  to: number,
): boolean {
  const cells = Math.ceil(levels / cell);
  if (cells > firstOfCell.length) return false;
  const longest = (most - least) / (levels - 1);
  const inverse = 1 / (cell * longest);
  firstOfCell.fill(NaN, 0, cells);
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    const place = ((value - least) * inverse) | 0;
    const first = firstOfCell[place] as number;
    // NaN is far from nothing.
    if (Math.abs(value - first) > level * longest) return true;
    firstOfCell[place] = value;
  }
  return false;
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
