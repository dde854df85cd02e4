import { quantize, seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx } from '../src/port.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { realBytes, type RealModel } from './helpers/real-models.js';
import { noise, runModel } from './helpers/run-model.js';

/** Rows of dark strokes on a light page, as the detector's preprocessing gives them. */
function page(height: number, width: number): ort.Tensor {
  const random = seededRandom(7);
  const data = new Float32Array(3 * height * width);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const stroke = (y >> 4) % 2 === 1 && (x * 7 + (y >> 2) * 13) % 19 < 6;
    data[i] = (stroke ? -1.8 : 2.2) + 0.1 * random();
  }
  return new ort.Tensor('float32', data, [1, 3, height, width]);
}

const feeds = {
  detector: () => ({ x: page(160, 320) }),
  recognizer: () => ({ x: page(48, 320) }),
  silero: () => ({
    input: noise([1, 512], seededRandom(1)),
    state: new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]),
    sr: new ort.Tensor('int64', BigInt64Array.of(16000n), []),
  }),
  sileroLegacy: () => ({
    input: noise([1, 1536], seededRandom(1)),
    h: new ort.Tensor('float32', new Float32Array(128), [2, 1, 64]),
    c: new ort.Tensor('float32', new Float32Array(128), [2, 1, 64]),
    sr: new ort.Tensor('int64', BigInt64Array.of(16000n), []),
  }),
} satisfies Partial<Record<RealModel, () => Record<string, ort.Tensor>>>;

/** Signal to noise of all outputs together, decibels. */
async function outputQuality(before: Uint8Array, after: Uint8Array, make: () => Record<string, ort.Tensor>) {
  const [expected, actual] = [await runModel(before, make()), await runModel(after, make())];
  let [signal, error] = [0, 0];
  for (const [name, values] of expected) {
    values.forEach((value, i) => {
      signal += value ** 2;
      error += (value - actual.get(name)![i]!) ** 2;
    });
  }
  return 10 * Math.log10(signal / error);
}

/** Largest stored size of float's, and least quality of the outputs at 8 bits; at 4 bits it must run. What computes a spectrum stays float. */
const bounds = [
  { name: 'detector', eight: 0.3, four: 0.18, quality: 20 },
  { name: 'recognizer', eight: 0.3, four: 0.18, quality: 20 },
  { name: 'silero', eight: 0.43, four: 0.34, quality: 20 },
  { name: 'sileroLegacy', eight: 0.53, four: 0.46, quality: 30 },
] as const;

describe.each(['speed', 'memory'] as const)('for %s', (optimize) => {
  test.each(bounds)('$name becomes small and still works', async ({ name, eight, four, quality }) => {
    const bytes = realBytes(name);
    const at = async (bits: number) =>
      (await quantize(onnx(bytes, { name, optimize }), { weights: plainMinMax, bits })).model.bytes;
    const [wide, narrow] = [await at(8), await at(4)];
    expect(wide.length / bytes.length).toBeLessThanOrEqual(eight);
    expect(narrow.length / bytes.length).toBeLessThanOrEqual(four);
    expect(await outputQuality(bytes, wide, feeds[name])).toBeGreaterThan(quality);
    await outputQuality(bytes, narrow, feeds[name]);
  });

  test.each(bounds)('$name with 16 bits gives what float gives', async ({ name }) => {
    const bytes = realBytes(name);
    const recipe = { weights: plainMinMax, bits: 16 };
    const { model } = await quantize(onnx(bytes, { name, optimize }), recipe);
    expect(await outputQuality(bytes, model.bytes, feeds[name])).toBeGreaterThan(45);
  });
});
