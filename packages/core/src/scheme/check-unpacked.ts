import { LowbitError } from '../errors/error.js';
import { levelsOf } from './scheme.js';
import type { QuantizedTensor, Scheme } from './types.js';

/**
 * Checks that codes of `bits` bits hold the levels of a header, before anything of that size is read.
 *
 * @param levels Of an affine or codebook scheme, order of a residual one, whose levels are 2^order.
 * @throws LowbitError `packed-data`.
 */
export function checkHeldLevels(levels: unknown, bits: number, isOrder: boolean): void {
  const most = isOrder ? bits : 2 ** bits;
  if (Number.isInteger(levels) && (levels as number) >= 1 && (levels as number) <= most) return;
  const what = isOrder ? 'order' : 'levels';
  throw damaged(what, `an integer from 1 to ${most}, which codes of ${bits} bits hold`, String(levels));
}

/** A tensor as it was unpacked. Throws `packed-data` for parameters that are not finite and for codes that stand for no level. */
export function checkUnpacked(tensor: QuantizedTensor): QuantizedTensor {
  const { bits, codes, scheme } = tensor;
  for (const parameters of parametersOf(scheme)) {
    const broken = parameters.find((value) => !Number.isFinite(value));
    if (broken !== undefined) throw damaged('parameters', 'finite numbers', String(broken));
  }
  const levels = levelsOf(scheme);
  if (levels === 2 ** bits) return tensor;
  let largest = 0;
  for (let i = 0; i < codes.length; i++) largest = Math.max(largest, codes[i] as number);
  if (largest < levels || codes.length === 0) return tensor;
  throw damaged('codes', `codes below the ${levels} levels`, String(largest));
}

function parametersOf(scheme: Scheme): readonly Float32Array[] {
  if (scheme.kind === 'residual') return [scheme.scales];
  if (scheme.kind === 'codebook') return [scheme.values, scheme.scale ?? scheme.values];
  return scheme.offset === undefined ? [scheme.scale] : [scheme.scale, scheme.offset];
}

function damaged(what: string, expected: string, received: string): LowbitError {
  const remedy = 'The data was damaged or belongs to another tensor; write it again.';
  return new LowbitError({ code: 'packed-data', where: `packed ${what}`, expected, received, remedy });
}
