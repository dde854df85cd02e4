import { LowbitError } from '../errors/error.js';
import {
  largestDefect,
  levelsDefect,
  parametersDefect,
  tensorDefect,
  type TensorDefect,
} from './tensor-defect.js';
import type { PackedHeader } from './container.js';
import type { QuantizedTensor, Scheme } from './types.js';
import { wrongHeaderMember } from './wrong-header-member.js';

/**
 * Checks that codes of `bits` bits hold the levels of a header, before anything of that size is read.
 *
 * @param levels Of an affine or codebook scheme, order of a residual one, whose levels are 2^order.
 * @throws LowbitError `packed-data`.
 */
export function checkHeldLevels(levels: unknown, bits: number, isOrder: boolean): void {
  const defect = levelsDefect(levels, bits, isOrder);
  if (defect !== undefined) throw damaged(defect);
}

/**
 * A tensor as it was unpacked. Throws `packed-data` for parameters that are not finite, for scales below 0, and for codes that stand for
 * no level.
 */
export function checkUnpacked(tensor: QuantizedTensor): QuantizedTensor {
  const defect = tensorDefect(tensor, 2 ** tensor.bits);
  if (defect !== undefined) throw damaged(defect);
  return tensor;
}

/** The same of parameters alone. */
export function checkUnpackedScheme(scheme: Scheme, slices: number): void {
  const defect = parametersDefect(scheme, slices);
  if (defect !== undefined) throw damaged(defect);
}

/** The same of the largest code alone. */
export function checkLargestCode(largest: number, scheme: Scheme): void {
  const defect = largestDefect(largest, scheme);
  if (defect !== undefined) throw damaged(defect);
}

/** @throws LowbitError `packed-data` for a header that no packed tensor has. */
export function checkHeader(header: PackedHeader): void {
  const member = wrongHeaderMember(header);
  if (member === undefined) return;
  const received = JSON.stringify(header[member]) ?? 'nothing';
  throw damaged({ part: `header: ${member}`, expected: 'a value that packTensor writes', received });
}

function damaged({ part, expected, received }: Omit<TensorDefect, 'part'> & { part: string }): LowbitError {
  const remedy = 'The data was damaged or belongs to another tensor; write it again.';
  return new LowbitError({ code: 'packed-data', where: `packed ${part}`, expected, received, remedy });
}
