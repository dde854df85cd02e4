import { checkNumbers } from '../errors/check-kinds.js';

/** Larger factors leave pixels of 0 to 255 beyond what networks are trained on: ±5. */
const largestFactor = 1 / 50;

/** Pixels of 0 to 1 have no mean beyond it. */
const largestMean = 2;

/**
 * Whether a model whose first step is `scale · x + offset` is made for pixels of 0 to 255, and not of 0 to 1: it brings them near ±1, or
 * takes a mean away that only such pixels have.
 *
 * Example: a scale of 1/127.5 with an offset of −1; a scale of 1 with the offsets −103.9, −116.8, −123.7.
 *
 * @param scale - one number for all channels, or one a channel; so for `offset`
 * @throws LowbitError `invalid-argument` for what are no numbers.
 */
export function scalesPixels(scale: ArrayLike<number>, offset: ArrayLike<number>): boolean {
  for (const values of [scale, offset]) checkNumbers(values, 'scalesPixels(scale, offset)');
  const sizes = Array.from(scale, Math.abs);
  if (sizes.length === 0 || !sizes.every((size) => size > 0 && size < Infinity)) return false;
  const mean = (at: number) => -offset[at % offset.length]! / scale[at % scale.length]!;
  const channels = Math.max(scale.length, offset.length);
  return (
    sizes.every((size) => size <= largestFactor) ||
    Array.from({ length: channels }, (_, at) => mean(at)).some((one) => one > largestMean)
  );
}
