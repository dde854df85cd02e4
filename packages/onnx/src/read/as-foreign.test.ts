import { LowbitError } from '@lowbit/core';
import { expect, it } from 'vitest';

import { asForeign } from './as-foreign.js';

const error = (where: string, received: string, code = 'model-not-onnx' as const) =>
  new LowbitError({ code, where, expected: 'an ONNX file', received, remedy: 'Convert it.' });

it.each([
  ['net.tflite', 'a TensorFlow Lite file', true],
  ['net.pkl', 'a Python pickle', true],
  ['photo.png', 'a PNG image', false],
])('%s is of another kind', (where, received, isOfKeras) => {
  const told = asForeign(error(where, received));
  expect(told).toMatchObject({ code: 'model-foreign', where, received });
  expect((told as LowbitError).remedy?.includes('model.save("model.keras")')).toBe(isOfKeras);
});

it('what is called .onnx is no ONNX model, and other errors are as they are', () => {
  const called = error('photo.onnx', 'a PNG image');
  const other = new LowbitError({ code: 'model-empty', where: 'a.tflite' });
  for (const each of [called, other, new Error('no'), 'text', undefined]) expect(asForeign(each)).toBe(each);
});
