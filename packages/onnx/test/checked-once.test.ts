import { quantize, seededRandom, type Batch } from '@lowbit/core';
import { expect, test, vi } from 'vitest';
import { readModel } from '../src/read/read-model.js';
import { writeModel } from '../src/model/write-model.js';
import { allKindsModel } from './helpers/all-kinds-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { plainRange } from './helpers/plain-quantizers.js';
import { noise } from './helpers/run-model.js';

vi.mock('../src/model/check-graph.js', { spy: true });

/** The package as it is loaded anew, so that its checks are counted: files of tests share what they have loaded. */
async function counted() {
  vi.resetModules();
  const { checkGraph } = await import('../src/model/check-graph.js');
  vi.mocked(checkGraph).mockClear();
  const { onnx } = await import('../src/port.js');
  const { integerFlow } = await import('./helpers/integer-flow.js');
  return { checkGraph, onnx, integerFlow };
}

const bytes = allKindsModel({ opset: 13, ir: 7 });
const floats = (...shape: number[]) => ({
  shape,
  data: noise(shape, seededRandom(2)).data as Float32Array,
});
const inputs: Batch['inputs'] = {
  ids: { shape: [5], data: Int32Array.of(3, 5, 0, 95, 7) },
  image: floats(1, 24, 6, 6),
  flat: floats(2, 48),
};

test('a model is checked once, when it is read, whatever is made of it', async () => {
  const { checkGraph, onnx } = await counted();
  const port = onnx(bytes);
  await port.layers();
  await quantize(port, { weights: plainMinMax, bits: 8 });
  expect(checkGraph).toHaveBeenCalledTimes(1);
});

test.each(['operators', 'qdq'] as const)('also where layers become integers: %s', async (form) => {
  const { checkGraph, integerFlow } = await counted();
  const { forms } = await integerFlow(bytes, form, [{ inputs }], plainRange);
  expect(forms.get('g')).toMatch(/Integer|QGemm/);
  expect(checkGraph).toHaveBeenCalledTimes(1);
});

test('models that tests write are checked on their way out', () => {
  const model = readModel(bytes);
  model.proto.graph!.node.pop();
  expect(() => writeModel(model)).toThrowError(expect.objectContaining({ code: 'graph-invalid' }));
});
