import { createTensorKernels } from '@lowbit/kernels/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { median } from '../src/measure.js';
import { networkContenders } from '../src/network.js';
import { onnxruntime } from '../src/rivals/onnxruntime.js';
import { rowOf } from '../src/row.js';
import { productsOf, type Work } from '../src/work.js';

const works: readonly Work[] = [
  { kind: 'conv', name: 'conv', size: 5, channels: 8 },
  { kind: 'product', name: 'product', rows: 3, size: 8 },
];

describe.each(works)('$kind', (work) => {
  it('is computed by all contenders, exactly by the kernels and nearly by 8 bits', async () => {
    await tf.setBackend('wasm');
    const both = {
      kernels: await createTensorKernels(),
      twin: await createTensorKernels({ variant: 'scalar' }),
    };
    const tensors = tf.memory().numTensors;
    const { timings, results } = await rowOf(work, (one, values) => onnxruntime(one, values), both, 1);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(timings.map(({ name }) => name)).toEqual([
      ...['tfjs-wasm float32', 'onnxruntime-web float32', 'onnxruntime-web int8'],
      ...['8 × 8', '8 × 8 static', '4 × 8', '4 × 8 static', '2 × 8', '1 × 8'],
      ...(work.kind === 'product' ? ['ternary × 1'] : []),
      ...['1 × 1', '1 × 1 + 1', '1 × 2'],
    ]);
    expect(timings[0]!.ratio).toBe(1);
    expect(results.map(({ isExact }) => isExact)).toEqual([
      undefined,
      undefined,
      ...results.slice(2).map(() => true),
    ]);
    const signals = new Map(results.map(({ name, signal }) => [name, signal]));
    expect(signals.get('onnxruntime-web float32')).toBeGreaterThan(100);
    // Integers of 8 bits are about 40 dB from floats, of 4 bits about 20.
    for (const name of ['onnxruntime-web int8', '8 × 8', '8 × 8 static'])
      expect(signals.get(name)).toBeGreaterThan(30);
    for (const name of ['4 × 8', '4 × 8 static']) expect(signals.get(name)).toBeGreaterThan(15);
  });
});

it('runs a whole network, whose layers are all packed', async () => {
  const contenders = await networkContenders();
  expect(contenders.map(({ name }) => name)).toEqual([
    'tfjs-wasm, float32',
    'compiled, 8 bits, 55 layers packed',
    'compiled, 4 bits, 55 layers packed',
  ]);
  const [float, eight] = await Promise.all(contenders.map(async ({ outputs }) => [...(await outputs())]));
  eight!.forEach((value, at) => expect(Math.abs(value - float![at]!)).toBeLessThan(0.15));
});

it('counts products', () => {
  expect(works.map(productsOf)).toEqual([5 * 5 * 8 * 8 * 9, 3 * 8 * 8]);
});

it('takes the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
});
