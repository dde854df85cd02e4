import { LowbitError, type Options } from '@lowbit/core';

/**
 * The order, that is the number of sign planes, of a site with this many bits. Throws `unsupported-option` when the
 * option `order` is given and differs.
 */
export function orderOf(bits: number, { order }: Options): number {
  if (order === 0 || order === bits) return bits;
  throw new LowbitError({
    code: 'unsupported-option',
    where: "quantizer 'horq': option 'order'",
    expected: `${bits}, as there are ${bits} bits and each plane takes one`,
    received: String(order),
    remedy: 'Choose as many bits as the order, or leave the order out.',
  });
}
