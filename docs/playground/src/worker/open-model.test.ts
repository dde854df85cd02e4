import { expect, it } from 'vitest';
import { openModel } from './open-model.js';
import type { Session } from './session.js';

const session = { onProgress: () => undefined } as unknown as Session;

it.each([
  [
    'model.tflite',
    [0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33],
    'a TensorFlow Lite file',
    /model\.save\("model\.keras"\)/,
  ],
  ['model.pkl', [0x80, 4, 0x95], 'a Python pickle', /model\.save\("model\.keras"\)/],
  ['model.pt', [0x50, 0x4b, 3, 4], 'a PyTorch checkpoint', /^Export the model to ONNX: torch\.onnx\.export/],
  ['photo.png', [0x89, 0x50, 0x4e, 0x47], 'a PNG image', /not of an image\.$/],
])('tells what %s is, and what the page takes', async (name, bytes, received, remedy) => {
  const opened = openModel([new File([Uint8Array.from(bytes)], name)], session);
  await expect(opened).rejects.toMatchObject({
    code: 'model-foreign',
    where: name,
    expected: expect.stringContaining('.keras or .h5 file') as string,
    received: expect.stringContaining(received) as string,
    remedy: expect.stringMatching(remedy) as string,
  });
});
