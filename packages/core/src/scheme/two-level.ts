import { roundToFloat16 } from '../numeric/float16.js';
import { roundHalfEven } from '../numeric/round.js';

/** Number of slices that share one float16 in two-level storage. */
export const superBlock = 16;

/** Numbers as integers of `bits` bits times one float16 a super-block. */
export interface TwoLevel {
  readonly bits: 6 | 8;
  /** Whether any number is negative; then the integers run from −2^(bits−1)+1 to 2^(bits−1)−1. */
  readonly signed: boolean;
  readonly integers: Int16Array;
  /** One float16-representable step for each {@link superBlock} numbers; infinite where float16 ends before it. */
  readonly steps: Float32Array;
}

/**
 * The two-level form of the numbers; a number that is not 0 never becomes 0 unless it is signed. Numbers that have such a form
 * without any rounding keep it: what was rounded once is packed as it is, whichever step it was rounded with.
 */
export function splitTwoLevel(values: Float32Array, bits: 6 | 8): TwoLevel {
  const signed = values.some((value) => value < 0);
  const largest = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const steps = new Float32Array(Math.ceil(values.length / superBlock));
  const integers = new Int16Array(values.length);
  for (let block = 0; block < steps.length; block++) {
    const from = block * superBlock;
    const part = values.subarray(from, from + superBlock);
    const step = stepOf(part, largest);
    steps[block] = step;
    part.forEach((value, i) => {
      const nearest = step === 0 ? 0 : Math.max(-largest, Math.min(largest, roundHalfEven(value / step)));
      integers[from + i] = nearest === 0 && value !== 0 && !signed ? 1 : nearest;
    });
  }
  return { bits, signed, integers, steps };
}

/** The step with which the number that reaches farthest is the largest integer, or another one with which all numbers are exact. */
function stepOf(part: Float32Array, largest: number): number {
  const reach = part.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = roundToFloat16(reach / largest);
  if (isExact(part, step, largest)) return step;
  for (let integer = largest; integer > 0; integer--) {
    const other = reach / integer;
    if (roundToFloat16(other) === other && isExact(part, other, largest)) return other;
  }
  return step;
}

/** Whether every number is an integer up to `largest` times the step; such products have at most 19 digits and are exact. */
function isExact(part: Float32Array, step: number, largest: number): boolean {
  return part.every((value) => {
    const integer = step === 0 ? 0 : Math.round(value / step);
    return Math.abs(integer) <= largest && integer * step === value;
  });
}

/** The numbers that a two-level form stands for. */
export function joinTwoLevel({ integers, steps }: TwoLevel): Float32Array {
  return Float32Array.from(integers, (integer, i) => integer * (steps[Math.floor(i / superBlock)] as number));
}
