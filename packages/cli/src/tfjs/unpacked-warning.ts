import type { Report } from '@lowbit/core';
import type { SaveReport } from '@lowbit/tfjs';

/** Says when quantized weights could not be saved packed; the floats that were saved are their levels. */
export function unpackedWarning({ weights }: Report, saved: SaveReport): readonly string[] {
  const packed = saved.weights.filter(({ form }) => form.startsWith('packed')).length;
  const left = weights.length - packed;
  if (saved.format !== 'packed' || left <= 0) return [];
  return [
    `${left} of ${weights.length} quantized weights were saved as floats: the files are larger than the weights' stored size.`,
  ];
}
