import { type CutRows, sizeOf, type WindowPlaces, windowPlaces } from '@lowbit/core/adapter';
import type { InputRows, Window } from '../../operators/operator.js';
import { windowAxes } from './window-axes.js';

/** What a run gave. */
export interface RunValue {
  readonly values: ArrayLike<number>;
  readonly dims: readonly number[];
}

/** Finds the rows in a value of a run. @param start What the steps of a recurrent layer begin with, where that is given to it. */
export type RowCutter = (value: RunValue, start?: RunValue) => CutRows;

/** A cutter for many runs. */
export function rowCutter(rows: InputRows): RowCutter {
  if (rows.kind === 'axis') return (value) => alongAxis(value, rows);
  if (rows.kind === 'steps') return (value, start) => stepsBefore(rows, value, start);
  let known: { readonly sizes: string; readonly places: WindowPlaces } | undefined;
  return (value) => {
    const sizes = value.dims.slice(2).join();
    if (known?.sizes !== sizes)
      known = { sizes, places: windowPlaces(windowAxes(rows.window, value.dims.slice(2))) };
    return patches(rows.window, known.places, value);
  };
}

function alongAxis(
  { values, dims }: RunValue,
  { axis, isTimeFirst = false }: Extract<InputRows, { kind: 'axis' }>,
): CutRows {
  const inputs = dims.at(axis) ?? 0;
  // Of a matrix whose columns are the rows.
  const width = axis === -1 ? 1 : (dims.at(-1) as number);
  return {
    count: inputs === 0 ? 0 : sizeOf(dims) / inputs,
    groups: 1,
    inputs,
    sampleOf: (samples) => secondOf(dims.slice(0, axis), width, samples, isTimeFirst),
    read(row, _, into) {
      const first = axis === -1 ? row * inputs : Math.floor(row / width) * inputs * width + (row % width);
      for (let i = 0; i < inputs; i++) into[i] = values[first + i * width] as number;
    },
  };
}

/**
 * The index along the second axis of each row, where samples lie there: they do where steps come first, and where there are as many as samples
 * along it while the first axis is no multiple of them.
 *
 * @param dims Axes that rows lie along. @param width Rows that lie along another one behind them.
 */
function secondOf(
  [first = 1, second = 1, ...others]: readonly number[],
  width: number,
  samples: number,
  isTimeFirst: boolean,
): ((row: number) => number) | undefined {
  if (second !== samples || !(isTimeFirst || first % samples > 0)) return undefined;
  const each = sizeOf(others) * width;
  return (row) => Math.floor(row / each) % second;
}

function patches(
  { groups }: Window,
  { positions, area, places }: WindowPlaces,
  { values, dims }: RunValue,
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
 * Of a value [steps, directions, batch, hidden], or batch first with layout 1, what each direction gave one step before; where it
 * began, what it was given to begin with, [directions, batch, hidden] or batch first, or zeros.
 */
function stepsBefore(
  { directions, layout }: Extract<InputRows, { kind: 'steps' }>,
  { values, dims }: RunValue,
  start: RunValue | undefined,
): CutRows {
  const [first = 0, second = 0, third = 0, inputs = 0] = dims;
  const [steps, batch] = layout === 1 ? [second, first] : [first, third];
  const groups = directions.length;
  return {
    count: steps * batch,
    groups,
    inputs,
    sampleOf: (samples) => (samples === batch ? (row) => row % batch : undefined),
    read(row, group, into) {
      const sample = row % batch;
      const before = Math.floor(row / batch) + (directions[group] === 'forward' ? -1 : 1);
      const isStart = before < 0 || before >= steps;
      const from = isStart ? start?.values : values;
      const place =
        layout === 1
          ? isStart
            ? sample * groups + group
            : (sample * steps + before) * groups + group
          : ((isStart ? 0 : before) * groups + group) * batch + sample;
      for (let i = 0; i < inputs; i++)
        into[i] = from === undefined ? 0 : (from[place * inputs + i] as number);
    },
  };
}
