import { sizeOf } from '@lowbit/core/adapter';
import type { InputRows, Window } from '../../operators/operator.js';
import { type WindowPlaces, windowPlaces } from './window-places.js';

/** The rows of one value, of which each group of output channels has its own part. */
export interface CutRows {
  readonly count: number;
  readonly groups: number;
  /** Values of a row of one group. */
  readonly inputs: number;
  /** Puts a row of a group into an array. */
  read(row: number, group: number, into: Float32Array): void;
}

/** Finds the rows in the values of a run, of these dimensions. */
export type RowCutter = (values: ArrayLike<number>, dims: readonly number[]) => CutRows;

/** A cutter for many runs. */
export function rowCutter(rows: InputRows): RowCutter {
  if (rows.kind === 'axis') return (values, dims) => alongAxis(values, dims, rows.axis);
  if (rows.kind === 'steps') return (values, dims) => stepsBefore(rows, values, dims);
  let known: { readonly sizes: string; readonly places: WindowPlaces } | undefined;
  return (values, dims) => {
    const sizes = dims.slice(2).join();
    if (known?.sizes !== sizes) known = { sizes, places: windowPlaces(rows.window, dims.slice(2)) };
    return patches(rows.window, known.places, values, dims);
  };
}

function alongAxis(values: ArrayLike<number>, dims: readonly number[], axis: -1 | -2): CutRows {
  const inputs = dims.at(axis) ?? 0;
  // Of a matrix whose columns are the rows.
  const width = axis === -1 ? 1 : (dims.at(-1) as number);
  return {
    count: inputs === 0 ? 0 : sizeOf(dims) / inputs,
    groups: 1,
    inputs,
    read(row, _, into) {
      const first = axis === -1 ? row * inputs : Math.floor(row / width) * inputs * width + (row % width);
      for (let i = 0; i < inputs; i++) into[i] = values[first + i * width] as number;
    },
  };
}

function patches(
  { groups }: Window,
  { positions, area, places }: WindowPlaces,
  values: ArrayLike<number>,
  dims: readonly number[],
): CutRows {
  const [samples = 0, channels = 0, ...sizes] = dims;
  const each = channels / groups;
  const plane = sizeOf(sizes);
  return {
    count: samples * positions,
    groups,
    inputs: each * area,
    read(row, group, into) {
      const first = (row % positions) * area;
      let from = (Math.floor(row / positions) * channels + group * each) * plane;
      let to = 0;
      for (let channel = 0; channel < each; channel++, from += plane)
        for (let place = first; place < first + area; place++) {
          const own = places[place] as number;
          into[to++] = own < 0 ? 0 : (values[from + own] as number);
        }
    },
  };
}

/**
 * Of a value [steps, directions, batch, hidden], or batch first with layout 1, what each direction gave one step before; zeros where it
 * began.
 */
function stepsBefore(
  { directions, layout }: Extract<InputRows, { kind: 'steps' }>,
  values: ArrayLike<number>,
  dims: readonly number[],
): CutRows {
  const [first = 0, second = 0, third = 0, inputs = 0] = dims;
  const [steps, batch] = layout === 1 ? [second, first] : [first, third];
  const groups = directions.length;
  return {
    count: steps * batch,
    groups,
    inputs,
    read(row, group, into) {
      const sample = row % batch;
      const before = Math.floor(row / batch) + (directions[group] === 'forward' ? -1 : 1);
      const place =
        layout === 1
          ? (sample * steps + before) * groups + group
          : (before * groups + group) * batch + sample;
      const isStart = before < 0 || before >= steps;
      for (let i = 0; i < inputs; i++) into[i] = isStart ? 0 : (values[place * inputs + i] as number);
    },
  };
}
