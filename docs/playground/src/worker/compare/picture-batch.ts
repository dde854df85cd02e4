import { LowbitError, type Batch } from '@lowbit/core';
import { imagePreparation, prepareImage, type CalibrationInput, type Pixels } from 'lowbit/browser';
import type { CompareInputs, PixelRange } from '../../shared/messages.js';

type Picture = Extract<CompareInputs, { source: 'picture' }>;

/** How pixels times 1/255 are normalized; `bytes` keeps 0 … 255. */
const ranges = {
  unit: {},
  signed: { mean: [0.5], deviation: [0.5] },
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  bytes: { scale: 1 },
} as const satisfies Record<PixelRange, object>;

/**
 * A picture as one batch for the only input.
 *
 * @param inputs - with every size settled
 * @throws LowbitError `invalid-argument` when the input takes no pictures, `file-unreadable` for no picture.
 */
export async function pictureBatch(
  inputs: readonly CalibrationInput[],
  { file, range }: Picture,
): Promise<Batch> {
  const image = inputs[0]?.type === 'uint8' ? {} : ranges[range];
  const preparation = imagePreparation({ inputs, image });
  const { input, width, height, channels } = preparation;
  const shape = input.shape as readonly number[];
  const samples = shape[0] as number;
  const data = new Float32Array(samples * width * height * channels);
  const pixels = await decodePicture(file);
  for (let sample = 0; sample < samples; sample++) prepareImage(pixels, preparation, data, sample);
  return { inputs: { [input.name]: { shape, data } } };
}

async function decodePicture(file: File): Promise<Pixels> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw notAPicture(file, cause);
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, data: withoutAlpha(context.getImageData(0, 0, width, height).data) };
}

function withoutAlpha(pixels: Uint8ClampedArray): Uint8Array {
  return Uint8Array.from({ length: (pixels.length / 4) * 3 }, (_, i) => {
    return pixels[Math.floor(i / 3) * 4 + (i % 3)] as number;
  });
}

function notAPicture({ name }: File, cause: unknown): LowbitError {
  return new LowbitError(
    {
      code: 'file-unreadable',
      where: name,
      expected: 'a picture that this browser shows',
      received: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Choose a PNG, JPEG or WebP file.',
    },
    { cause },
  );
}
