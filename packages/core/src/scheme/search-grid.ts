import { roundingShift } from '../numeric/round.js';
import type { GridSearch, GridStep } from './search-grids.js';

const f = Math.fround;

/** A grid while it is searched, in steps of the grid over the range: value = shift + step · code, code = lowest … highest. */
interface Trial {
  readonly step: number;
  readonly shift: number;
  readonly lowest: number;
  readonly error: number;
}

/** An even grid as it is stored, and the squared error that it makes. */
interface Measured {
  readonly scale: number;
  readonly offset: number;
  readonly error: number;
}

/** What the values of a slice are counted in while they are searched: base + unit · steps. */
interface Frame {
  readonly base: number;
  readonly unit: number;
  readonly lowest: number;
  /** The same values in units. */
  readonly places: Float32Array;
}

/** The codes of a search: from 0 to `highest`, the middle one is `half`. */
interface Codes extends Pick<GridSearch, 'zero'> {
  readonly highest: number;
  readonly half: number;
}

/** What `assembly/grid-search.ts` does with one slice, to the bit: each operation is one of float32 where it is one there. */
export function searchGrid(
  values: Float32Array,
  min: number,
  max: number,
  codes: Codes,
  steps: readonly GridStep[],
): { readonly scale: number; readonly offset: number } {
  const frame = frameOf(values, min, max, codes);
  const start = { step: 1, shift: 0, lowest: frame.lowest, error: Infinity };
  let best: Trial = start;
  let held = measured(
    values,
    frame.unit,
    codes.zero === 'anywhere' ? min : f(frame.lowest * frame.unit),
    codes,
  );
  for (const step of steps) {
    if (step === 'measure') held = better(held, measureBest(values, best, frame, codes));
    else best = tryStep(frame.places, step.from === 'range' ? start : best, best, step, codes);
  }
  return held;
}

function frameOf(values: Float32Array, min: number, max: number, codes: Codes): Frame {
  const { zero, highest, half } = codes;
  const [least, most] = zero === 'anywhere' ? [min, max] : [Math.min(0, min), Math.max(0, max)];
  const unit = zero === 'middle' ? symmetricStep(-least, most, codes) : f((most - least) / highest);
  const inverse = f(1 / unit);
  const base = zero === 'anywhere' ? least : 0;
  const shift = zero === 'anywhere' ? half : 0;
  const places = values.map((value) => f(f(f(value - base) * inverse) - shift));
  return { base, unit, places, lowest: lowestOf(-least, most, inverse, codes) };
}

/** The step with which the longer side ends at its last level, and the other one half a step beyond its own at most. */
function symmetricStep(below: number, above: number, { highest, half }: Codes): number {
  const long = f(Math.max(below, above) / half);
  return highest === 2 * half ? long : Math.max(long, f(Math.min(below, above) / (half - 0.5)));
}

function lowestOf(below: number, above: number, inverse: number, codes: Codes): number {
  const { zero, highest, half } = codes;
  if (zero === 'level') return -zeroPoint(f(below * inverse), highest);
  return zero === 'anywhere' || highest === 2 * half || below >= above ? -half : 1 - half;
}

const zeroPoint = (place: number, highest: number): number =>
  clamp(place + roundingShift - roundingShift, 0, highest);

/** The lower end for NaN. */
function clamp(place: number, lowest: number, highest: number): number {
  const above = lowest < place ? place : lowest;
  return above < highest ? above : highest;
}

/** Moves the ends of a grid inwards, refits it in rounds; the best of these and of the best before. */
function tryStep(
  places: Float32Array,
  from: Trial,
  before: Trial,
  moves: Exclude<GridStep, 'measure'>,
  codes: Codes,
): Trial {
  let best = before;
  let trial = moveEnds(from, moves, codes);
  for (let round = 0; round <= moves.rounds; round++) {
    const { error, step, shift } = addUp(places, trial, codes);
    if (error < best.error) best = { ...trial, error };
    trial = { ...trial, step, shift };
  }
  return best;
}

function moveEnds(from: Trial, { low, high }: Exclude<GridStep, 'measure'>, codes: Codes): Trial {
  const { zero, highest } = codes;
  const width = f(from.step * highest);
  const bottom = f(f(from.shift + f(from.step * from.lowest)) + f(width * f(low)));
  const top = f(f(from.shift + f(from.step * (from.lowest + highest))) - f(width * f(high)));
  const [least, most] = zero === 'level' ? [Math.min(0, bottom), Math.max(0, top)] : [bottom, top];
  const step = f(f(most - least) / highest);
  const lowest = zero === 'level' ? -zeroPoint(f(-least / step), highest) : from.lowest;
  const shift = zero === 'anywhere' ? f(least - f(step * lowest)) : 0;
  return { step, shift, lowest, error: Infinity };
}

/** Codes all values on a grid; gives the error, and the grid that fits these codes by least squares. */
function addUp(places: Float32Array, { step, shift, lowest }: Trial, { zero, highest }: Codes) {
  const most = lowest + highest;
  const inverse = f(1 / step);
  let [error, codes, squares, products, sum] = [0, 0, 0, 0, 0];
  for (let i = 0; i < places.length; i++) {
    const value = places[i] as number;
    const steps = f(f(value - shift) * inverse) + roundingShift - roundingShift;
    const code = clamp(steps, lowest, most);
    const rest = f(f(value - shift) - f(step * code));
    error = f(error + f(rest * rest));
    codes = f(codes + code);
    squares = f(squares + f(code * code));
    products = f(products + f(code * value));
    sum = f(sum + value);
  }
  const count = f(places.length);
  const spread = f(f(count * squares) - f(codes * codes));
  const free = f(f(f(count * products) - f(codes * sum)) / spread);
  const fitted = zero === 'anywhere' ? free : f(products / squares);
  // Where all values have one code there is nothing to fit.
  if (!(fitted > 0 && fitted < Infinity)) return { error, step, shift };
  const fittedShift = zero === 'anywhere' ? f(f(sum - f(fitted * codes)) / count) : 0;
  return { error, step: fitted, shift: fittedShift };
}

function measureBest(values: Float32Array, best: Trial, { base, unit }: Frame, codes: Codes): Measured {
  const scale = f(best.step * unit);
  const bottom = f(codes.half * f(1 - best.step));
  const free = f(base + f(unit * f(best.shift + bottom)));
  return measured(values, scale, codes.zero === 'anywhere' ? free : f(best.lowest * scale), codes);
}

const better = (held: Measured, found: Measured): Measured => (found.error < held.error ? found : held);

function measured(values: Float32Array, scale: number, offset: number, { highest }: Codes): Measured {
  const divisor = scale === 0 ? Infinity : scale;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const code = clamp((value - offset) / divisor + roundingShift - roundingShift, 0, highest);
    const rest = value - f(f(scale * code) + offset);
    error += rest * rest;
  }
  return { scale, offset, error };
}
