import { describeImagePreparation } from '../image/describe.js';
import type { ReadOptions } from '../input/options.js';
import { findFiles } from './find-files.js';

/**
 * States what `readBatches` does to the pictures among the data, a sentence for each input that takes some; nothing for
 * other kinds of data, which are taken as they are.
 *
 * @throws LowbitError as `readBatches`, for paths and for what cannot be inferred.
 */
export async function describeData(
  paths: readonly string[],
  { inputs, image, signal }: ReadOptions,
): Promise<readonly string[]> {
  const reading = { inputs, ...(image && { image }) };
  const sentences = new Set<string>();
  for (const path of paths) {
    const { kind, input } = await findFiles(path, reading, signal);
    if (kind === 'image') sentences.add(describeImagePreparation(reading, input?.name));
  }
  return [...sentences];
}
