import type { SaveReport } from '@lowbit/tfjs';

/**
 * Says when quantized weights could not be saved packed; the floats that were saved are their levels.
 *
 * @param quantized - how many weights
 * @param before - how many weights the model had packed already, which stay so
 */
export function unpackedWarning(quantized: number, saved: SaveReport, before: number): readonly string[] {
  const packed = saved.weights.filter(({ form }) => form.startsWith('packed')).length;
  const left = quantized - (packed - before);
  if (saved.format !== 'packed' || left <= 0) return [];
  return [
    `${left} of ${quantized} quantized weights were saved as floats: the files are larger than the weights' stored size.`,
  ];
}
