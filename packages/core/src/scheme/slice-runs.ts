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
}

type VisitRun = (from: number, to: number, slice: number) => void;

/** Longest run: work on one is a call of a function, and engines make those fast that are called often. */
export const longestRun = 4096;

/** Neighbouring axes that all own slices, or none of which does. */
interface JoinedAxes {
  readonly size: number;
  readonly owns: boolean;
}

/** Runs of a tensor in which every index of `axes` owns a slice. */
export function axesRuns(shape: readonly number[], axes: readonly number[]): SliceRuns {
  const joined = joinAxes(shape, axes);
  const { size, owns } = joined.at(-1) ?? { size: 1, owns: false };
  const step = owns ? 1 : 0;
  const levels = joined.slice(0, -1).map((one, level) => {
    const inside = joined.slice(level + 1);
    const slices = sizeOf(inside.map((part) => (part.owns ? part.size : 1)));
    return { size: one.size, stride: sizeOf(inside.map((part) => part.size)), slices: one.owns ? slices : 0 };
  });
  return {
    step,
    each(visit) {
      const walk = (level: number, from: number, slice: number): void => {
        const outer = levels[level];
        if (outer === undefined) return visitParts(from, from + size, slice, step, visit);
        for (let i = 0; i < outer.size; i++)
          walk(level + 1, from + i * outer.stride, slice + i * outer.slices);
      };
      walk(0, 0, 0);
    },
  };
}

/** Visits a stretch of values in runs of bearable length. */
function visitParts(from: number, to: number, slice: number, step: 0 | 1, visit: VisitRun): void {
  for (let at = from; at < to; at += longestRun)
    visit(at, Math.min(at + longestRun, to), slice + step * (at - from));
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
  const groups = Math.ceil(size / group);
  const rows = sizeOf(shape.slice(0, along));
  if (after === 1) {
    return {
      step: 0,
      each(visit) {
        for (let slice = 0; slice < rows * groups; slice++) {
          const place = (slice % groups) * group;
          const from = Math.floor(slice / groups) * size + place;
          visitParts(from, from + Math.min(group, size - place), slice, 0, visit);
        }
      },
    };
  }
  return {
    step: 1,
    each(visit) {
      for (let row = 0; row < rows * size; row++) {
        const block = Math.floor(row / size) * groups + Math.floor((row % size) / group);
        visitParts(row * after, (row + 1) * after, block * after, 1, visit);
      }
    },
  };
}
