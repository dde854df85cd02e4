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
  readonly lowest: number;
  readonly highest: number;
  allocate(length: number): Numbers;
}

const float = (allocate: Elements['allocate']): Elements => ({
  kind: 'float',
  lowest: -Infinity,
  highest: Infinity,
  allocate,
});
const integer = (lowest: number, highest: number, allocate: Elements['allocate']): Elements => ({
  kind: 'integer',
  lowest,
  highest,
  allocate,
});
const single = float((length) => new Float32Array(length));

const known: ReadonlyMap<string, Elements> = new Map([
  ['float16', single],
  ['bfloat16', single],
  ['float32', single],
  ['float64', float((length) => new Float64Array(length))],
  ['int8', integer(-128, 127, (length) => new Int8Array(length))],
  ['uint8', integer(0, 255, (length) => new Uint8Array(length))],
  ['int16', integer(-32768, 32767, (length) => new Int16Array(length))],
  ['uint16', integer(0, 65535, (length) => new Uint16Array(length))],
  ['int32', integer(-(2 ** 31), 2 ** 31 - 1, (length) => new Int32Array(length))],
  ['uint32', integer(0, 2 ** 32 - 1, (length) => new Uint32Array(length))],
  ['int64', integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, (length) => new Float64Array(length))],
  ['uint64', integer(0, Number.MAX_SAFE_INTEGER, (length) => new Float64Array(length))],
  ['bool', { kind: 'bool', lowest: 0, highest: 1, allocate: (length) => new Uint8Array(length) }],
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
 * Copies `values` into `target` from `start` on.
 *
 * @throws LowbitError `non-finite` for NaN, `calibration-invalid` for a value that the type does not have.
 */
export function copyChecked(
  values: ArrayLike<number | bigint>,
  target: Numbers,
  start: number,
  input: CalibrationInput,
  where: string,
): void {
  const { kind, lowest, highest } = elementsOf(input);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (Number.isNaN(value)) throw notANumber(where, input);
    if (value < lowest || value > highest || (kind !== 'float' && !Number.isInteger(value))) {
      throw outOfRange(where, input, values[i] as number);
    }
    target[start + i] = value;
  }
}

function notANumber(where: string, { name }: CalibrationInput): LowbitError {
  return new LowbitError({
    code: 'non-finite',
    where,
    expected: `numbers for the input ${name}`,
    received: 'NaN',
    remedy: 'Remove this sample.',
  });
}

function outOfRange(where: string, { name, type }: CalibrationInput, value: number | bigint): LowbitError {
  return invalid(where, { expected: `values of type ${type} for the input ${name}`, received: `${value}` });
}
