import { LowbitError } from '../errors/error.js';

/**
 * Checks bits that a policy is made with.
 *
 * @throws LowbitError `invalid-argument` for anything but a number and `'float'`.
 */
export function checkBits(bits: unknown, where: string): void {
  if (typeof bits === 'number' || bits === 'float') return;
  throw new LowbitError({
    code: 'invalid-argument',
    where,
    expected: "a number of bits, or 'float'",
    received: typeof bits === 'string' ? `the text '${bits}'` : String(bits),
  });
}

/**
 * Checks the bits by name or operator that a policy is made with.
 *
 * @throws LowbitError `invalid-argument` for anything but an object of numbers and `'float'`.
 */
export function checkBitsBy(bits: unknown, where: string, example: string): void {
  if (typeof bits !== 'object' || bits === null || Array.isArray(bits))
    throw new LowbitError({
      code: 'invalid-argument',
      where,
      expected: `an object of bits, for instance ${example}`,
      received: typeof bits === 'string' ? `the text '${bits}'` : String(bits),
    });
  for (const [name, own] of Object.entries(bits)) checkBits(own, `${where}: '${name}'`);
}
