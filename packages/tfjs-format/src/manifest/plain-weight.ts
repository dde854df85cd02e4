import { LowbitError } from '@lowbit/core';
import {
  checkArgument,
  fromFloat16Bits,
  range,
  roundHalfEven,
  sizeOf,
  toFloat16Bits,
} from '@lowbit/core/adapter';
import { checkSpecification } from './check-given.js';
import { expandWeight } from './expand-weight.js';
import type { StoredWeight } from './stored-weights.js';
import { isPacked, type PlainQuantization, type WeightSpec } from './weight-spec.js';

/** Floats as TensorFlow.js stores them without any help: whole, in half precision, or on one even grid a tensor. */
export type PlainForm = 'float32' | 'float16' | 'uint8' | 'uint16';

/** Numbers of 8 or 16 bits on one even grid: value = scale · number + min. */
export type EvenGrid = Exclude<PlainQuantization, { dtype: 'float16' }>;

const plainForms: readonly unknown[] = [
  'float32',
  'float16',
  'uint8',
  'uint16',
] satisfies readonly PlainForm[];

/**
 * Floats as a weight that unmodified TensorFlow.js loads. A constant weight has a scale of 1.
 *
 * @throws LowbitError `invalid-argument` for another form or another number of values than `shape` says; `non-finite` for NaN and
 *   infinities on an even grid, which has none: `float32` and `float16` hold them.
 */
export function plainWeight(
  name: string,
  shape: readonly number[],
  values: Float32Array,
  form: PlainForm,
): StoredWeight {
  checkFloats(name, shape, values, form);
  const base = { name, shape, dtype: 'float32' } as const;
  if (form === 'float32') return { spec: base, bytes: bytesOf(values) };
  if (form === 'float16')
    return { spec: { ...base, quantization: { dtype: form } }, bytes: bytesOf(halves(values)) };
  const { min, max } = range(values);
  const levels = form === 'uint8' ? 255 : 65535;
  const scale = max > min ? (max - min) / levels : 1;
  return onGrid(name, shape, numbersOn(values, { scale, min }), { dtype: form, scale, min });
}

function checkFloats(name: string, shape: readonly number[], values: Float32Array, form: PlainForm): void {
  const wrong = (code: 'invalid-argument' | 'non-finite', expected: string, received: string) =>
    new LowbitError({ code, where: `weight '${name}'`, expected, received });
  checkArgument(Array.isArray(shape), shape, {
    where: `weight '${name}': shape`,
    expected: 'a list of sizes',
  });
  checkArgument(values instanceof Float32Array, values, {
    where: `weight '${name}': values`,
    expected: 'a Float32Array',
  });
  if (!plainForms.includes(form))
    throw wrong('invalid-argument', `one of the forms ${plainForms.join(', ')}`, String(form));
  if (values.length !== sizeOf(shape))
    throw wrong(
      'invalid-argument',
      `${sizeOf(shape)} values for the shape [${shape.join(', ')}]`,
      `${values.length}`,
    );
  const other = form.startsWith('uint') ? values.find((value) => !Number.isFinite(value)) : undefined;
  if (other !== undefined) throw wrong('non-finite', `finite values for ${form}`, `${other}`);
}

/** Numbers that are on a grid already, as a weight that unmodified TensorFlow.js loads. */
export function onGrid(
  name: string,
  shape: readonly number[],
  numbers: ArrayLike<number>,
  quantization: EvenGrid,
): StoredWeight {
  const stored = quantization.dtype === 'uint8' ? Uint8Array.from(numbers) : Uint16Array.from(numbers);
  return { spec: { name, shape, dtype: 'float32', quantization }, bytes: bytesOf(stored) };
}

/**
 * Values as the specification stores them, which is that of a weight in half precision or on an even grid; `undefined` where they
 * are not exactly what it stands for.
 */
export function plainAgain(spec: WeightSpec, values: Float32Array): StoredWeight | undefined {
  checkSpecification(spec, 'plainAgain');
  const { name, shape, quantization } = spec;
  if (isPacked(spec) || quantization === undefined) return undefined;
  const again =
    quantization.dtype === 'float16'
      ? plainWeight(name, shape, values, 'float16')
      : onGrid(name, shape, numbersOn(values, quantization as EvenGrid), quantization as EvenGrid);
  const stands = expandWeight(again, name);
  return stands.every((value, i) => value === values[i]) ? again : undefined;
}

/** The smallest positive number that half precision holds with all of its digits. */
const smallestHalf = 2 ** -14;

/**
 * Whether half precision holds the values: none becomes infinite, and the largest of them keeps all of its digits, so that no value
 * is off by more than 2^−11 of that. NaN and infinities it holds as they are.
 */
export function fitsFloat16(values: Float32Array): boolean {
  checkArgument(values instanceof Float32Array, values, {
    where: 'fitsFloat16: values',
    expected: 'a Float32Array',
  });
  let largest = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size !== Infinity && size > largest) largest = size;
  }
  return (
    largest === 0 || (largest >= smallestHalf && Number.isFinite(fromFloat16Bits(toFloat16Bits(largest))))
  );
}

/** The nearest numbers of the grid. */
function numbersOn(values: Float32Array, { scale, min }: Pick<EvenGrid, 'scale' | 'min'>): Float32Array {
  return scale === 0
    ? new Float32Array(values.length)
    : values.map((value) => roundHalfEven((value - min) / scale));
}

function bytesOf(values: Float32Array | Uint8Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function halves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => toFloat16Bits(value));
}
