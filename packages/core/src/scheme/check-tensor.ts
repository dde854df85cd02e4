import { checkArgument } from '../errors/check-argument.js';

/** @throws LowbitError `invalid-argument` for what is no quantized tensor. */
export function checkTensor(value: unknown, where: string): void {
  const { shape, scheme, slicing, codes } = Object(value) as Record<string, unknown>;
  const { kind } = Object(scheme) as { kind?: unknown };
  const fits =
    Array.isArray(shape) && slicing !== undefined && typeof kind === 'string' && ArrayBuffer.isView(codes);
  const expected = 'a quantized tensor, as encode and unpackTensor give it';
  checkArgument(fits, value, { where, expected });
}

/** @throws LowbitError `invalid-argument` for what is no packed tensor. */
export function checkPacked(value: unknown, where: string): void {
  const { header, codes, parameters } = Object(value) as Record<string, unknown>;
  const fits = typeof header === 'object' && header !== null && isBytes(codes) && isBytes(parameters);
  checkArgument(fits, value, { where, expected: 'a packed tensor, as packTensor gives it' });
}

const isBytes = (value: unknown) => value instanceof Uint8Array;
