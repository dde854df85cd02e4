import { fromFloat16Bits, sizeOf, toFloat16Bits } from '@lowbit/core/adapter';
import { makeRawTensor } from '../graph/make-tensor.js';
import { keepDocs } from '../graph/keep-words.js';
import { readFloats } from '../model/tensor-data.js';
import { tensorShape } from '../model/tensor-shape.js';
import { DataType, type TensorProto } from '../schema/proto.js';

/** The largest finite float16. */
export const largestHalf = 65504;

/** The smallest float16 with full precision, 2⁻¹⁴. */
const smallestNormal = 2 ** -14;

/** Below this many values a constant is a parameter, such as an epsilon, each of whose values matters. */
const fewestOfWeight = 16;

/** Signal to noise that weights keep at least, in dB; float16 gives about 76 where all values are in its range. */
const leastSignal = 60;

/** A FLOAT constant as float16. */
export interface HalfConstant {
  /** Of the same name. */
  readonly tensor: TensorProto;
  /** Values that are not 0 and become 0. */
  readonly zeros: number;
  /** Largest magnitude of a finite value. */
  readonly largest: number;
  /** Why it has to stay float32; `undefined` where float16 holds it. */
  readonly unfit?: Unfit;
}

/** `too coarse`: float16 holds it, but what is made of it wants more digits. */
export type Unfit = 'too large' | 'too small' | 'too coarse';

/**
 * Rounds the values of a FLOAT tensor to the nearest float16. It holds a tensor when no finite value becomes infinite, and each
 * keeps its 11 bits or, in weights of at least 16 values, all together keep 60 dB.
 *
 * @throws LowbitError as `readFloats`.
 */
export function halfConstant(tensor: TensorProto, where: string): HalfConstant {
  const values = readFloats(tensor, where);
  const bits = new Uint16Array(values.length);
  let [largest, zeros, signal, noise, coarse] = [0, 0, 0, 0, false];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    const code = toFloat16Bits(value);
    bits[at] = code;
    if (!Number.isFinite(value) || value === 0) continue;
    const size = Math.abs(value);
    if (size > largest) largest = size;
    const rounded = fromFloat16Bits(code);
    if (rounded === 0) zeros++;
    if (size < smallestNormal && rounded !== value) coarse = true;
    signal += value * value;
    noise += (rounded - value) ** 2;
  }
  const isWeight = values.length >= fewestOfWeight;
  const isFaithful = isWeight ? noise <= signal * 10 ** (-leastSignal / 10) : !coarse;
  const unfit = roundsToInfinity(largest) ? 'too large' : isFaithful ? undefined : 'too small';
  return { tensor: halfTensor(tensor, bits), zeros, largest, ...(unfit === undefined ? {} : { unfit }) };
}

/** Halfway from the largest float16 to what would follow it. */
const roundsToInfinity = (size: number): boolean => size >= largestHalf + 16;

function halfTensor(tensor: TensorProto, bits: Uint16Array<ArrayBuffer>): TensorProto {
  const { name } = tensor;
  const half = makeRawTensor(name, DataType.FLOAT16, tensorShape(tensor, name), new Uint8Array(bits.buffer));
  keepDocs(half, tensor);
  return half;
}

/** How many values a constant has. */
export const valuesOf = (tensor: TensorProto): number => sizeOf(tensorShape(tensor, tensor.name));
