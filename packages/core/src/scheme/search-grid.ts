import { roundingShift } from '../numeric/round.js';
import type { GridSearch, GridStep } from './search-grids.js';

const f = Math.fround;

/** Adds up the codes of values, which are in steps, on a grid; for all codes of a search. */
export type AddUp = (places: Float32Array, grid: Pick<Trial, 'step' | 'shift' | 'lowest'>) => Sums;

/** A grid while it is searched, in steps of the grid over the range: value = shift + step · code, code = lowest … highest. */
interface Trial {
  readonly step: number;
  readonly shift: number;
  readonly lowest: number;
  /** What it tells of the values: their energy without its squared error, but for what all grids have in common. */
  readonly told: number;
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
  /** What values count for together, and what they add up to. */
  readonly mass: number;
  readonly whole: number;
}

/** The codes of a search: from 0 to `highest`, the middle one is `half`. */
interface Codes extends Pick<GridSearch, 'zero'> {
  readonly highest: number;
  readonly half: number;
  /** Parts of a step that values are rounded to. */
  readonly parts: number;
}

/** How codes are added up, and what each value counts for: 1 by default, and not all of them 0. */
export interface Counting {
  readonly addUp: AddUp;
  readonly importance?: Float32Array;
}

/** What all values of a slice and their codes add up to, without a rounding. */
export interface Sums {
  readonly codes: number;
  readonly squares: number;
  /** Of codes times values. */
  readonly products: number;
}

/** Most bits that sums take: of a block in float32, and of as many values as a search holds in doubles. */
const [bitsOfBlock, bitsOfSlice] = [24 - 4, 53 - 18];

/** The codes of a search, and the finest power of two of a step for which all its sums are exact. */
export function codesOf({ levels, zero }: GridSearch): Codes {
  const [highest, half] = [levels - 1, levels >> 1];
  const most = 1 + (zero === 'level' ? highest : half);
  const room = (highest < 256 ? bitsOfBlock : bitsOfSlice) - Math.ceil(2 * Math.log2(most));
  return { zero, highest, half, parts: 2 ** room };
}

/** What `assembly/grid-search.ts` does with one slice, to the bit: each operation is one of float32 where it is one there. */
export function searchGrid(
  values: Float32Array,
  [min, max]: readonly [min: number, max: number],
  codes: Codes,
  steps: readonly GridStep[],
  { addUp, importance }: Counting,
): { readonly scale: number; readonly offset: number } {
  const frame = { ...frameOf(values, min, max, codes, importance), addUp };
  const start = { step: 1, shift: 0, lowest: frame.lowest, told: 0 };
  let best: Trial = start;
  let held = measured(
    values,
    frame.unit,
    codes.zero === 'anywhere' ? min : f(frame.lowest * frame.unit),
    codes,
    importance,
  );
  for (const step of steps) {
    if (step === 'measure') held = better(held, measureBest(values, best, frame, codes, importance));
    else best = tryStep(frame, step.from === 'range' ? start : best, best, step, codes);
  }
  return held;
}

function frameOf(
  values: Float32Array,
  min: number,
  max: number,
  codes: Codes,
  importance: Float32Array | undefined,
): Frame {
  const { zero, highest, half, parts } = codes;
  const [least, most] = zero === 'anywhere' ? [min, max] : [Math.min(0, min), Math.max(0, max)];
  const unit = zero === 'middle' ? symmetricStep(-least, most, codes) : f((most - least) / highest);
  const inverse = f(1 / unit);
  const base = zero === 'anywhere' ? least : 0;
  const shift = zero === 'anywhere' ? half : 0;
  const places = values.map((value) => nearest(f(f(f(value - base) * inverse) - shift) * parts) / parts);
  let [mass, whole] = [0, 0];
  for (let i = 0; i < places.length; i++) {
    const own = importance === undefined ? 1 : (importance[i] as number);
    mass += own;
    whole += own * (places[i] as number);
  }
  return { base, unit, places, mass, whole, lowest: lowestOf(-least, most, inverse, codes) };
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

const zeroPoint = (place: number, highest: number): number => clamp(nearest(place), 0, highest);

const nearest = (place: number): number => place + roundingShift - roundingShift;

/** The lower end for NaN. */
function clamp(place: number, lowest: number, highest: number): number {
  const above = lowest < place ? place : lowest;
  return above < highest ? above : highest;
}

/** Moves the ends of a grid inwards, refits it, in more rounds where it says so; the best of these and of the best before. */
function tryStep(
  { places, mass, whole, addUp }: Frame & { readonly addUp: AddUp },
  from: Trial,
  before: Trial,
  moves: Exclude<GridStep, 'measure'>,
  codes: Codes,
): Trial {
  let best = before;
  let trial = moveEnds(from, moves, codes);
  for (let round = 0; round <= moves.rounds; round++) {
    const sums = addUp(places, trial);
    trial = refit(trial, sums, mass, whole, codes.zero);
    if (trial.told > best.told) best = trial;
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
  return { step, shift, lowest, told: 0 };
}

/** One value after the other. */
export const plainSums =
  ({ highest }: Codes): AddUp =>
  (places, { step, shift, lowest }) => {
    const most = lowest + highest;
    const inverse = f(1 / step);
    let [codes, squares, products] = [0, 0, 0];
    for (let i = 0; i < places.length; i++) {
      const value = places[i] as number;
      const code = clamp(nearest(f(f(value - shift) * inverse)), lowest, most);
      codes += code;
      squares += code * code;
      products += code * value;
    }
    return { codes, squares, products };
  };

/** As {@link plainSums}, of codes that count for as much as their values do, in doubles. */
export const weighted = (codes: Codes, importance: Float32Array): Counting => ({
  addUp: weightedSums(codes, importance),
  importance,
});

const weightedSums =
  ({ highest }: Codes, importance: Float32Array): AddUp =>
  (places, { step, shift, lowest }) => {
    const most = lowest + highest;
    const inverse = f(1 / step);
    let [codes, squares, products] = [0, 0, 0];
    for (let i = 0; i < places.length; i++) {
      const value = places[i] as number;
      const code = clamp(nearest(f(f(value - shift) * inverse)), lowest, most);
      const counted = (importance[i] as number) * code;
      codes += counted;
      squares += counted * code;
      products += counted * value;
    }
    return { codes, squares, products };
  };

/** The grid that fits the codes of another one by least squares. */
function refit(
  trial: Trial,
  { codes, squares, products }: Sums,
  mass: number,
  whole: number,
  zero: Codes['zero'],
): Trial {
  const spread = zero === 'anywhere' ? mass * squares - codes * codes : squares;
  const shared = zero === 'anywhere' ? mass * products - codes * whole : products;
  const fitted = shared / spread;
  const told = fitted * shared;
  const step = f(fitted);
  // Where all values have one code there is nothing to fit.
  if (!(step > 0 && step < Infinity)) return { ...trial, told };
  return { ...trial, step, shift: zero === 'anywhere' ? f((whole - fitted * codes) / mass) : 0, told };
}

function measureBest(
  values: Float32Array,
  best: Trial,
  { base, unit }: Frame,
  codes: Codes,
  importance: Float32Array | undefined,
): Measured {
  const scale = f(best.step * unit);
  const bottom = f(codes.half * f(1 - best.step));
  const free = f(base + f(unit * f(best.shift + bottom)));
  const offset = codes.zero === 'anywhere' ? free : f(best.lowest * scale);
  return measured(values, scale, offset, codes, importance);
}

const better = (held: Measured, found: Measured): Measured => (found.error < held.error ? found : held);

function measured(
  values: Float32Array,
  scale: number,
  offset: number,
  { highest }: Codes,
  importance: Float32Array | undefined,
): Measured {
  const inverse = f(1 / scale);
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const code = clamp(nearest(f(f(value - offset) * inverse)), 0, highest);
    const rest = f(value - f(f(scale * code) + offset));
    error += (importance === undefined ? 1 : (importance[i] as number)) * rest * rest;
  }
  return { scale, offset, error };
}
