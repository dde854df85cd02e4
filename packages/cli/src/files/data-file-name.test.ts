import { onnx } from '@lowbit/onnx';
import { expect, it } from 'vitest';

import { dataFileName } from '../quantize/open-port.js';

it.each([
  ['model_q8.onnx', 'model_q8.onnx.data'],
  ['out/small', 'small.data'],
  ['out/a?b#c:d.onnx', 'a_b_c_d.onnx.data'],
  ['out/...', '....data'],
])('%s has %s beside it, which a model may name', (output, name) => {
  expect(dataFileName(output)).toBe(name);
  expect(() => onnx(new Uint8Array(), { externalPath: name })).not.toThrow();
});
