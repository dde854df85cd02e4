import { sizeOf } from './shape.js';

/**
 * A tensor in row-major order, cut into runs of neighbouring values, so that work on all slices can go through memory
 * once, from front to back.
 */
export interface SliceRuns {
  /**
   * 0: all values of a run belong to one slice. 1: each value belongs to the slice after that of the value before it.
   */
  readonly step: 0 | 1;
  /** Visits the values `from` … `to` of each run; the first of them belongs to `slice`. */
  each(visit: VisitRun): void;
  /**
   * Visits blocks of runs, `rows` of `width` neighbouring values each from `from` on; the first value belongs to `slice`. With step 0
   * each row belongs to the slice after that of the row before it, with step 1 all rows to the same slices.
   */
  eachBlock(visit: VisitBlock): void;
  /** The same blocks, however large. */
  eachWhole(visit: VisitBlock): void;
}

type VisitRun = (from: number, to: number, slice: number) => void;

export type VisitBlock = (from: number, rows: number, width: number, slice: number) => void;

/** Most values of a run or block: work on one is a call of a function, and engines make those fast that are called often. */
export const longestRun = 4096;

/** Neighbouring axes that all own slices, or none of which does. */
interface JoinedAxes {
  readonly size: number;
  readonly owns: boolean;
}

/** Runs of a tensor in which every index of `axes` owns a slice. */
export function axesRuns(shape: readonly number[], axes: readonly number[]): SliceRuns {
  const joined = joinAxes(shape, axes);
  const { size: width, owns } = joined.at(-1) ?? { size: 1, owns: false };
  const rows = joined.at(-2)?.size ?? 1;
  const levels = joined.slice(0, -2).map((one, level) => {
    const inside = joined.slice(level + 1);
    const slices = sizeOf(inside.map((part) => (part.owns ? part.size : 1)));
    return { size: one.size, stride: sizeOf(inside.map((part) => part.size)), slices: one.owns ? slices : 0 };
  });
  return runsOf(owns ? 1 : 0, (visit) => {
    const walk = (level: number, from: number, slice: number): void => {
      const outer = levels[level];
      if (outer === undefined) return visit(from, rows, width, slice);
      for (let i = 0; i < outer.size; i++) walk(level + 1, from + i * outer.stride, slice + i * outer.slices);
    };
    walk(0, 0, 0);
  });
}

/** Runs of which blocks of any size are known. */
function runsOf(step: 0 | 1, eachWhole: (visit: VisitBlock) => void): SliceRuns {
  const eachBlock = (visit: VisitBlock) => eachWhole(inParts(step, visit));
  return {
    step,
    eachWhole,
    eachBlock,
    each: (visit) =>
      eachBlock((from, rows, width, slice) => {
        for (let row = 0, at = from; row < rows; row++, at += width)
          visit(at, at + width, step === 1 ? slice : slice + row);
      }),
  };
}

/** Visits blocks in parts of bearable size. */
const inParts =
  (step: 0 | 1, visit: VisitBlock): VisitBlock =>
  (from, rows, width, slice) => {
    const most = Math.max(1, Math.floor(longestRun / width));
    for (let row = 0; row < rows; row += most) {
      const at = from + row * width;
      const own = step === 1 ? slice : slice + row;
      if (width <= longestRun) visit(at, Math.min(most, rows - row), width, own);
      else cutRow(at, at + width, own, step, visit);
    }
  };

function cutRow(from: number, to: number, slice: number, step: 0 | 1, visit: VisitBlock): void {
  for (let at = from; at < to; at += longestRun)
    visit(at, 1, Math.min(longestRun, to - at), slice + step * (at - from));
}

function joinAxes(shape: readonly number[], axes: readonly number[]): JoinedAxes[] {
  const joined: JoinedAxes[] = [];
  for (const [axis, size] of shape.entries()) {
    const owns = axes.includes(axis);
    const last = joined.at(-1);
    if (size === 1) continue;
    if (last?.owns === owns) joined[joined.length - 1] = { size: last.size * size, owns };
    else joined.push({ size, owns });
  }
  return joined;
}

/** Runs of a tensor in which `group` consecutive indices of an axis share a slice. */
export function groupRuns(shape: readonly number[], along: number, group: number): SliceRuns {
  const size = shape[along] as number;
  const after = sizeOf(shape.slice(along + 1));
  const outside = sizeOf(shape.slice(0, along));
  return after === 1 ? groupsOfRow(outside, size, group) : groupsOfRows(outside, size, after, group);
}

/** Groups of neighbouring values; the last one of `size` values may be short. */
function groupsOfRow(outside: number, size: number, group: number): SliceRuns {
  const whole = Math.floor(size / group);
  const rest = size % group;
  return runsOf(0, (visit) => {
    if (rest === 0) return visit(0, outside * whole, group, 0);
    for (let row = 0; row < outside; row++) {
      const slice = row * (whole + 1);
      visit(row * size, whole, group, slice);
      visit(row * size + whole * group, 1, rest, slice + whole);
    }
  });
}

/** Groups of rows of `after` values; the last one of `size` rows may be short. */
function groupsOfRows(outside: number, size: number, after: number, group: number): SliceRuns {
  const groups = Math.ceil(size / group);
  return runsOf(1, (visit) => {
    for (let slice = 0; slice < outside * groups; slice++) {
      const row = (slice % groups) * group;
      const from = (Math.floor(slice / groups) * size + row) * after;
      visit(from, Math.min(group, size - row), after, slice * after);
    }
  });
}

/** Below this many values, copying them to the kernels takes longer than they save. */
const fewest = 64;

/**
 * Visits all values of a tensor once: blocks that the kernels can take with `vector`, whose width is a multiple of 4, what these
 * leave over with `scalar`.
 */
export function eachBlock(
  { step, eachBlock, each }: SliceRuns,
  vector: VisitBlock | undefined,
  scalar: VisitRun,
): void {
  if (vector === undefined) return each(scalar);
  eachBlock((from, rows, width, slice) => {
    if (width % 4 === 0 && rows * width >= fewest) return vector(from, rows, width, slice);
    const whole = vectorCount(width);
    for (let row = 0, at = from; row < rows; row++, at += width) {
      const own = step === 1 ? slice : slice + row;
      if (whole > 0) vector(at, 1, whole, own);
      scalar(at + whole, at + width, own + step * whole);
    }
  });
}

/** How many of `count` values in a row are worth handing to the kernels. */
export const vectorCount = (count: number): number => (count < fewest ? 0 : count - (count % 4));
