import { levelsOf } from './scheme.js';
import { sizeOf } from './shape.js';
import { sliceLayout } from './slicing.js';
import type { QuantizedTensor, Scheme } from './types.js';

/** What is wrong with a part of a quantized tensor, in words. */
export interface TensorDefect {
  readonly part: 'levels' | 'order' | 'parameters' | 'codes';
  readonly expected: string;
  readonly received: string;
}

/**
 * What a tensor whose shape and slicing fit each other breaks of the rules of its type: levels that its bits hold, finite parameters
 * for each slice, scales of 0 or more, a code for each value, and codes that stand for a level.
 *
 * @param codesBelow What all codes are known to lie below, as those that come out of a bit stream.
 */
export function tensorDefect(tensor: QuantizedTensor, codesBelow = Infinity): TensorDefect | undefined {
  const { scheme, bits } = tensor;
  const isResidual = scheme.kind === 'residual';
  return (
    levelsDefect(isResidual ? scheme.order : scheme.levels, bits, isResidual) ??
    parametersDefect(scheme, sliceLayout(tensor.shape, tensor.slicing).count) ??
    codesDefect(tensor, codesBelow)
  );
}

/** @param levels Of an affine or codebook scheme, order of a residual one, whose levels are 2^order. */
export function levelsDefect(levels: unknown, bits: number, isOrder: boolean): TensorDefect | undefined {
  const most = isOrder ? bits : 2 ** bits;
  if (Number.isInteger(levels) && (levels as number) >= 1 && (levels as number) <= most) return undefined;
  return {
    part: isOrder ? 'order' : 'levels',
    expected: `an integer from 1 to ${most}, which codes of ${bits} bits hold`,
    received: String(levels),
  };
}

/** Finite parameters for each slice, and scales of 0 or more. */
export function parametersDefect(scheme: Scheme, slices: number): TensorDefect | undefined {
  const part = 'parameters';
  for (const [name, numbers, count] of numbersOf(scheme, slices)) {
    if (!(numbers instanceof Float32Array) || numbers.length !== count)
      return { part, expected: `${count} numbers as ${name}`, received: String(numbers.length) };
    const isScale = name.startsWith('scale');
    const least = isScale ? 0 : -Infinity;
    let at = 0;
    while (at < count && (numbers[at] as number) >= least && Math.abs(numbers[at] as number) < Infinity) at++;
    if (at === count) continue;
    const expected = isScale ? `finite numbers of 0 or more as ${name}` : `finite numbers as ${name}`;
    return { part, expected, received: String(numbers[at]) };
  }
  return undefined;
}

type Numbers = readonly [name: string, numbers: Float32Array, count: number];

function numbersOf(scheme: Scheme, slices: number): readonly Numbers[] {
  if (scheme.kind === 'residual') return [['scales', scheme.scales, slices * scheme.order]];
  const { scale, levels } = scheme;
  if (scheme.kind === 'codebook')
    return scale === undefined
      ? [['values', scheme.values, slices * levels]]
      : [
          ['values', scheme.values, levels],
          ['scale', scale, slices],
        ];
  const { offset } = scheme;
  const scales: Numbers = ['scale', scheme.scale, slices];
  return offset === undefined ? [scales] : [scales, ['offset', offset, slices]];
}

function codesDefect(
  { codes, scheme, shape }: QuantizedTensor,
  codesBelow: number,
): TensorDefect | undefined {
  const count = sizeOf(shape);
  if (codes.length !== count)
    return { part: 'codes', expected: `${count} codes`, received: String(codes.length) };
  if (levelsOf(scheme) >= codesBelow || areBelow(codes, levelsOf(scheme))) return undefined;
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, codes[i] as number);
  return count === 0 ? undefined : largestDefect(largest, scheme);
}

/** Whether codes of a byte are found to lie below the levels without a look at each: by what is common to many, or by a search for a byte of ones. */
function areBelow(codes: QuantizedTensor['codes'], levels: number): boolean {
  if (!(codes instanceof Uint8Array)) return false;
  if (levels > 255) return true;
  if (levels < 2 || (levels !== 255 && (levels & (levels - 1)) !== 0)) return false;
  const first = Math.min(codes.length, -codes.byteOffset & 3);
  const words = new Int32Array(codes.buffer, codes.byteOffset + first, (codes.length - first) >> 2);
  const ends = [...codes.subarray(0, first), ...codes.subarray(first + 4 * words.length)];
  if (levels === 255) return !hasFullByte(words) && !ends.includes(255);
  let bits = 0;
  for (let i = 0; i < words.length; i++) bits |= words[i] as number;
  const inWords = bits | (bits >>> 16);
  const all = (inWords | (inWords >>> 8)) & 255;
  return [all, ...ends].every((code) => code < levels);
}

/** Whether a byte is 255: only there the highest bit is set, and set again by one more of the others. */
function hasFullByte(words: Int32Array): boolean {
  let full = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    full |= ((word & 0x7f7f7f7f) + 0x01010101) & word;
  }
  return (full & 0x80808080) !== 0;
}

/** Codes that stand for a level, as the largest of them tells. */
export function largestDefect(largest: number, scheme: Scheme): TensorDefect | undefined {
  const levels = levelsOf(scheme);
  if (largest < levels) return undefined;
  return { part: 'codes', expected: `codes below the ${levels} levels`, received: String(largest) };
}
