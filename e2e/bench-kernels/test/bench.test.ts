import { createTensorKernels } from '@lowbit/kernels/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { median } from '../src/measure.js';
import { networks, plainNetworks, residualBodies } from '../src/networks/list.js';
import { measureNetwork } from '../src/networks/measure-network.js';
import { onnxruntime } from '../src/rivals/onnxruntime.js';
import { rowOf } from '../src/row.js';
import { productsOf, type Work } from '../src/work.js';

const works: readonly Work[] = [
  { kind: 'conv', name: 'conv', size: 5, channels: 8 },
  { kind: 'product', name: 'product', rows: 3, size: 8 },
];

beforeAll(async () => void (await tf.setBackend('wasm')));

describe.each(works)('$kind', (work) => {
  it('is computed by all contenders, exactly by the kernels and nearly by 8 bits', async () => {
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
  const [mobileNet] = networks;
  const few = [...mobileNet!.pictures()].slice(0, 2);
  const { timings, variants } = await measureNetwork({ ...mobileNet!, pictures: () => few }, 1);
  expect(timings.map(({ name }) => name)).toEqual(['tfjs-wasm float32', '8 × 8', '4 × 8']);
  for (const { packed, layers, pictures, same } of variants)
    expect([packed, layers, pictures, same]).toEqual([55, 55, 2, 2]);
});

const size = { side: 8, filters: 8, classes: 5 };

it.each([
  ...residualBodies(size).map((network) => ({ ...network, packed: 19 })),
  ...plainNetworks(size).map((network) => ({ ...network, packed: 5 })),
])('runs $name of signs, and tells where the time goes', async (network) => {
  const tensors = tf.memory().numTensors;
  const { variants } = await measureNetwork(network, 1);
  expect(tf.memory().numTensors).toBe(tensors);
  for (const { packed, same, pictures, profile } of variants) {
    expect(packed).toBe(network.packed);
    // What lies within float rounding of a threshold may become another sign.
    expect(same).toBeGreaterThanOrEqual(pictures - 1);
    expect(profile.some(({ kernel }) => kernel.startsWith('LowbitLayer'))).toBe(true);
    expect(profile.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  }
});

it('counts products', () => {
  expect(works.map(productsOf)).toEqual([5 * 5 * 8 * 8 * 9, 3 * 8 * 8]);
});

it('takes the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
});
