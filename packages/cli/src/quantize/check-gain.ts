import { LowbitError, type Report } from '@lowbit/core';

/**
 * Refuses a result that is not smaller than the original, data files and metadata counted.
 *
 * @throws LowbitError `nothing-gained`.
 */
export function checkGain(
  { modelBytes, plan }: Report,
  input: string,
  { allowLarger }: { readonly allowLarger?: true },
): void {
  const { before, after } = modelBytes;
  if (after < before || allowLarger === true) return;
  const isWide = plan.weights.some(({ bits }) => bits !== 'float' && bits > 4);
  const floats = plan.weights.flatMap(({ id, bits, reason }) =>
    bits === 'float' && reason.startsWith('stays float') ? [`${id} ${reason}`] : [],
  );
  throw new LowbitError({
    code: 'nothing-gained',
    where: input,
    expected: `fewer bytes than the ${before} of the original`,
    received: [`a result of ${after} bytes, of which nothing is written`, ...floats.slice(0, 3)].join('; '),
    remedy: `${isWide ? 'Give fewer bits, such as --bits 4, leave' : 'Leave'} the model as it is, or give --allow-larger to have the result all the same.`,
  });
}
