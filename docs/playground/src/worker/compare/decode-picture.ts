import { LowbitError } from '@lowbit/core';
import type { Pixels } from '@lowbit/data';

/** Decodes a picture as the browser does. @throws LowbitError `file-unreadable` for what is none. */
export async function decodePicture(file: File): Promise<Pixels> {
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
