import { LowbitError } from '@lowbit/core';
import { invalid } from '../problems.js';
import type { CalibrationInput } from './options.js';

/** Numbers of one input; int64 and uint64 are held as doubles, which is exact up to 2⁵³. */
export type Numbers =
  Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

export type ElementKind = 'float' | 'integer' | 'bool';

/** How elements of a model's input are held. */
export interface Elements {
  readonly kind: ElementKind;
  /** For floats, of what is finite in the type of the input. */
  readonly lowest: number;
  readonly highest: number;
  /** Whole numbers are exact up to this size. */
  readonly exact: number;
  /** What becomes of a number in the memory that `allocate` gives. */
  hold(value: number): number;
  allocate(length: number): Numbers;
}

const same = (value: number): number => value;
const float = (highest: number, exact: number, allocate: Elements['allocate'], hold = same): Elements => ({
  kind: 'float',
  lowest: -highest,
  highest,
  exact,
  hold,
  allocate,
});
const integer = (lowest: number, highest: number, allocate: Elements['allocate']): Elements => ({
  kind: 'integer',
  lowest,
  highest,
  exact: Number.MAX_SAFE_INTEGER,
  hold: same,
  allocate,
});

/** @param digits Binary digits that it keeps. */
const single = (highest: number, digits: number): Elements =>
  float(highest, 2 ** digits, (length) => new Float32Array(length), Math.fround);

/** The largest float32 that does not become infinite, 2^`power`, where `digits` binary digits are kept. */
const below = (power: number, digits: number): number => 2 ** power * (1 - 2 ** (-digits - 1) - 2 ** -24);

const known: ReadonlyMap<string, Elements> = new Map([
  ['float16', single(below(16, 11), 11)],
  ['bfloat16', single(below(128, 8), 8)],
  ['float32', single(Number.MAX_VALUE, 24)],
  ['float64', float(Number.MAX_VALUE, 2 ** 53, (length) => new Float64Array(length))],
  ['int8', integer(-128, 127, (length) => new Int8Array(length))],
  ['uint8', integer(0, 255, (length) => new Uint8Array(length))],
  ['int16', integer(-32768, 32767, (length) => new Int16Array(length))],
  ['uint16', integer(0, 65535, (length) => new Uint16Array(length))],
  ['int32', integer(-(2 ** 31), 2 ** 31 - 1, (length) => new Int32Array(length))],
  ['uint32', integer(0, 2 ** 32 - 1, (length) => new Uint32Array(length))],
  ['int64', integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, (length) => new Float64Array(length))],
  ['uint64', integer(0, Number.MAX_SAFE_INTEGER, (length) => new Float64Array(length))],
  ['bool', { ...integer(0, 1, (length) => new Uint8Array(length)), kind: 'bool' }],
]);

/**
 * How the elements of `input` are held.
 *
 * @throws LowbitError `calibration-invalid` for a type that no reader can give, for instance strings.
 */
export function elementsOf(input: CalibrationInput): Elements {
  const found = known.get(input.type);
  if (found !== undefined) return found;
  throw invalid(`input ${input.name}`, {
    expected: `one of the types ${[...known.keys()].join(', ')}`,
    received: input.type,
    remedy: 'Calibration data of this type cannot be read.',
  });
}

/**
 * Checks that whole numbers of a file are the same in an input of floats.
 *
 * @throws LowbitError `calibration-invalid` for one that would be rounded.
 */
export function checkWhole(
  values: ArrayLike<number | bigint>,
  input: CalibrationInput,
  whereOf: (index: number) => string,
): void {
  const { exact } = elementsOf(input);
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(Number(values[i])) <= exact) continue;
    throw invalid(whereOf(i), {
      expected: `whole numbers up to ${exact} in size, which are exact in ${input.type} of the input ${input.name}`,
      received: `${values[i]}`,
      remedy: `Convert the array before saving it, with .astype('${input.type}'), if it may be rounded.`,
    });
  }
}

/**
 * Copies `values` into `target` from `start` on.
 *
 * @param whereOf - where the value of this index stands, for errors
 * @throws LowbitError `non-finite` for NaN, an infinity and what becomes one in the type of the input; `calibration-invalid`
 *   for a value that an integer type does not have.
 */
export function copyChecked(
  values: ArrayLike<number | bigint>,
  target: Numbers,
  start: number,
  input: CalibrationInput,
  whereOf: (index: number) => string,
): void {
  const { kind, lowest, highest, hold } = elementsOf(input);
  for (let i = 0; i < values.length; i++) {
    const value = hold(Number(values[i]));
    const isInRange = value >= lowest && value <= highest;
    if (!isInRange || (kind !== 'float' && !Number.isInteger(value))) {
      throw wrongValue(whereOf(i), input, kind, values[i] as number);
    }
    target[start + i] = value;
  }
}

function wrongValue(
  where: string,
  { name, type }: CalibrationInput,
  kind: ElementKind,
  value: number | bigint,
): LowbitError {
  const expected = `values of type ${type} for the input ${name}`;
  if (kind !== 'float' && !Number.isNaN(value)) return invalid(where, { expected, received: `${value}` });
  return new LowbitError({
    code: 'non-finite',
    where,
    expected: `finite ${expected}`,
    received: Number.isFinite(Number(value)) ? `${value}, which is infinite in ${type}` : `${value}`,
    remedy: 'Remove this sample.',
  });
}
