import { checkArgument } from '../errors/check-argument.js';

/** The member that holds the numbers of each kind of scheme, of all slices or of one. */
const numbersOf: ReadonlyMap<unknown, 'scale' | 'values' | 'scales'> = new Map([
  ['affine', 'scale'],
  ['codebook', 'values'],
  ['residual', 'scales'],
]);

/** @throws LowbitError `invalid-argument` for what is neither a scheme nor parameters. */
export function checkScheme(value: unknown, where: string): void {
  const { kind } = Object(value) as { kind?: unknown };
  const member = numbersOf.get(kind);
  if (member !== undefined && (value as Readonly<Record<string, unknown>>)[member] !== undefined) return;
  const expected = "a scheme: kind 'affine', 'codebook' or 'residual' with its numbers";
  checkArgument(false, value, { where, expected });
}
