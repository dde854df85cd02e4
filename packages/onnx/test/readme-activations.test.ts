import { quantize, type Batch } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { registry } from '../src/register.js';
import { letters } from './helpers/letters.js';
import { realBytes } from './helpers/real-models.js';

ort.env.wasm.numThreads = 1;
const bytes = realBytes('classifier');
const page = ({ inputs: { x } }: Batch): Batch => ({
  inputs: { x: { shape: [1, 3, 48, 96], data: Array.from(x!.data).slice(0, 3 * 48 * 96) } },
});
const batches = [1, 2, 3].map((seed) => page(letters(seed, 96, 96)));

test('the example of the section on activations', async () => {
  const port = onnx(bytes, { ort });
  const activations = { activations: 'hwgq:levels=non-uniform', activationBits: 4 };
  const { model, report, calibration } = await quantize(port, {
    bits: 8,
    ...activations,
    registry,
    data: batches,
  });

  expect(calibration).toEqual(await port.observe!(batches));
  expect(report.activations).toHaveLength(54);
  expect(model.bytes.length).toBeLessThan(0.8 * bytes.length);
  const reasons = report.weights.map(({ storageReason }) => storageReason);
  expect(reasons.every((reason) => reason.includes('quantized to 4 bits by hwgq in front of it'))).toBe(true);
  for await (const outputs of onnx(model.bytes, { ort }).run!(batches)) {
    const [classes] = Object.values(outputs);
    expect(classes!.data[0]! + classes!.data[1]!).toBeCloseTo(1);
  }
});
