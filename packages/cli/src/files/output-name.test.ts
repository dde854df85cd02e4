import { join } from 'node:path';

import { expect, it } from 'vitest';

import { defaultOutput } from './output-name.js';

it.each([
  ['model.onnx', 8, 'model_q8.onnx'],
  [join('a.b', 'my.model.onnx'), 4, join('a.b', 'my.model_q4.onnx')],
  ['model', 2, 'model_q2.onnx'],
  ['model.onnx', 'progressive:from=8,to=2', 'model_progressive.onnx'],
])('%s at %s bits is %s', (model, bits, output) => {
  expect(defaultOutput(model, bits)).toBe(output);
});
