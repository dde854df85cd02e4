import { roundingShift } from '@lowbit/core/method';

/** An even grid: value = offset + scale · code, code = 0 … levels − 1. */
export interface Grid {
  readonly levels: number;
  readonly scale: number;
  readonly offset: number;
}

/** Rounds of coding and refitting for each start. */
const rounds = 3;
/** How far, in steps, the two ends of the grid are moved for the further starts. */
const shifts = [-0.375, -0.125, 0.125, 0.375];
/** A start costs a few passes over the slice; short slices gain most from many of them, long ones nothing. */
const valuesPerSearch = 1024;

/**
 * Lowers the squared error of a grid without looking at anything but the values: codes are held and scale and
 * offset are refitted to them by least squares, in turns (Lloyd's iteration for an even grid). Slices below
 * 1024 values also try up to 16 grids whose ends are moved by fractions of a step. The result is never worse
 * than `start`.
 */
export function refineGrid(values: Float32Array, start: Grid): Grid {
  const { best } = startsOf(values.length, start).reduce(
    (leader, candidate) => {
      const refined = alternate(values, candidate);
      return refined.error < leader.error ? { best: refined.grid, error: refined.error } : leader;
    },
    { best: start, error: codeAll(values, start).error },
  );
  return best;
}

function startsOf(length: number, start: Grid): Grid[] {
  const count = Math.min(shifts.length ** 2, Math.floor(valuesPerSearch / length));
  const moved = shifts.flatMap((low) => shifts.map((high) => moveEnds(start, low, high)));
  return [start, ...moved.slice(0, count)];
}

/** The grid whose first level moves by `low` steps and whose last one by `high` steps. */
function moveEnds({ levels, scale, offset }: Grid, low: number, high: number): Grid {
  return { levels, scale: scale * (1 + (high - low) / (levels - 1)), offset: offset + low * scale };
}

function alternate(values: Float32Array, start: Grid): { grid: Grid; error: number } {
  let grid = start;
  for (let round = 0; round < rounds; round++) grid = toFloat32Grid(codeAll(values, grid).refit);
  return { grid, error: codeAll(values, grid).error };
}

function toFloat32Grid({ levels, scale, offset }: Grid): Grid {
  return { levels, scale: Math.fround(scale), offset: Math.fround(offset) };
}

/** Codes every value; gives the squared error, and the grid that is the least-squares fit to these codes. */
function codeAll(values: Float32Array, grid: Grid): { error: number; refit: Grid } {
  const { levels, scale, offset } = grid;
  const n = values.length;
  const highest = levels - 1;
  const inverse = 1 / scale;
  let error = 0;
  let codes = 0;
  let codeSquares = 0;
  let sum = 0;
  let products = 0;
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    const position = (value - offset) * inverse;
    const code = position <= 0 ? 0 : position >= highest ? highest : position + roundingShift - roundingShift;
    const rest = position - code;
    error += rest * rest;
    codes += code;
    codeSquares += code * code;
    sum += value;
    products += code * value;
  }
  error *= scale * scale;
  const spread = n * codeSquares - codes * codes;
  const fitted = spread > 0 ? (n * products - codes * sum) / spread : 0;
  if (!(fitted > 0)) return { error, refit: grid };
  return { error, refit: { levels, scale: fitted, offset: (sum - fitted * codes) / n } };
}
