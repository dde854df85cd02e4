import { LowbitError, type Report } from '@lowbit/core';

/**
 * Refuses a result that is not smaller than the original, data files and metadata counted.
 *
 * @throws LowbitError `nothing-gained`.
 */
export function checkGain(
  { modelBytes }: Report,
  input: string,
  { allowLarger }: { readonly allowLarger?: true },
): void {
  const { before, after } = modelBytes;
  if (after < before || allowLarger === true) return;
  throw new LowbitError({
    code: 'nothing-gained',
    where: input,
    expected: `fewer bytes than the ${before} of the original`,
    received: `a result of ${after} bytes, of which nothing is written`,
    remedy: 'Leave the model as it is, or give --allow-larger to have the result all the same.',
  });
}
