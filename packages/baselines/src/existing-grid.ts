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

/** Values, of which a part may lie on a grid, and the most levels that it may have. */
interface Searched {
  readonly values: Float32Array;
  readonly levels: number;
}

/**
 * The even grid of at most `levels` levels that all values `from` … `to` already lie on, or `undefined`: weights that were
 * quantized before can then be kept as they are.
 *
 * @param least The smallest of these values. @param most The largest.
 */
export function existingGrid(
  searched: Searched,
  least: number,
  most: number,
  from = 0,
  to = searched.values.length,
): Grid | undefined {
  if (areTooClose(searched, least, most, from, to)) return undefined;
  const { values, levels } = searched;
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

/** The first value that falls into each cell, for as many levels as are common, and the call that found it there. */
const firstOfCell = new Float32Array(512);
const foundBy = new Float64Array(512);
let calls = 0;
/** Widths of a cell and of what lies on one level, in steps of the longest grid. */
const [cell, level] = [0.8, 0.13];

/**
 * Whether two values are nearer to each other than two levels can be, and farther than what lies on one: most slices are told by the
 * first few.
 */
function areTooClose(
  { values, levels }: Searched,
  least: number,
  most: number,
  from: number,
  to: number,
): boolean {
  if (Math.ceil(levels / cell) > firstOfCell.length) return false;
  const longest = (most - least) / (levels - 1);
  const inverse = 1 / (cell * longest);
  calls++;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    const place = ((value - least) * inverse) | 0;
    if (foundBy[place] !== calls) foundBy[place] = calls;
    else if (Math.abs(value - (firstOfCell[place] as number)) > level * longest) return true;
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
