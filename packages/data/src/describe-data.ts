import type { CancelSignal } from '@lowbit/core';

import { describeImagePreparation } from './image/describe.js';
import { findFiles } from './sources/find-files.js';
import type { CalibrationSpec } from './spec.js';

/**
 * States what is done to the pictures among the data, a sentence for each input that takes some; nothing for other
 * kinds of data, which are taken as they are.
 *
 * @throws LowbitError as `readCalibration`, for paths and for what cannot be inferred.
 */
export async function describeData(
  paths: readonly string[],
  { inputs, image }: Pick<CalibrationSpec, 'inputs' | 'image'>,
  signal?: CancelSignal,
): Promise<readonly string[]> {
  const spec = { inputs, ...(image === undefined ? {} : { image }) };
  const sentences = new Set<string>();
  for (const path of paths) {
    const { kind, input } = await findFiles(path, spec, signal);
    if (kind === 'image') sentences.add(describeImagePreparation(spec, input?.name));
  }
  return [...sentences];
}
