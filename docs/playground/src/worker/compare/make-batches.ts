import type { Batch } from '@lowbit/core';
import { randomBatches, readBatches, resolveShapes, type CalibrationInput } from '@lowbit/data';
import type { CompareInputs, PixelRange } from '../../shared/messages.js';
import { decodePicture } from './decode-picture.js';

type Picture = Extract<CompareInputs, { source: 'picture' }>;

/** How pixels times 1/255 are normalized; `bytes` keeps 0 … 255. */
const ranges = {
  unit: { scale: 1 / 255 },
  signed: { mean: [0.5], deviation: [0.5] },
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  bytes: { scale: 1 },
} as const satisfies Record<PixelRange, object>;

/**
 * What both models are run on.
 *
 * @throws LowbitError `invalid-argument` for inputs that are too large or take no pictures, `calibration-invalid`,
 *   `file-unreadable` for no picture.
 */
export async function makeBatches(
  inputs: readonly CalibrationInput[],
  wanted: CompareInputs,
): Promise<readonly Batch[]> {
  const { shapes } = resolveShapes(inputs, new Map());
  if (wanted.source === 'random')
    return [...randomBatches(inputs, shapes, { batches: wanted.batches, seed: wanted.seed })];
  const settled = inputs.map((input) => ({ ...input, shape: shapes.get(input.name) ?? [] }));
  return pictureBatches(settled, wanted);
}

/** The picture for the only input, as often as that wants samples at once. */
async function pictureBatches(
  inputs: readonly (CalibrationInput & { readonly shape: readonly number[] })[],
  { file, range }: Picture,
): Promise<readonly Batch[]> {
  const [input] = inputs;
  const files = Array<File>(input?.shape[0] ?? 1).fill(file);
  const image = input?.type === 'uint8' ? {} : ranges[range];
  const batches: Batch[] = [];
  for await (const batch of readBatches(files, { inputs, image, decode: decodePicture })) batches.push(batch);
  return batches;
}
