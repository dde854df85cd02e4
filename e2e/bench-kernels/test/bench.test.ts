import { createKernels } from '@lowbit/kernels';
import { describe, expect, it } from 'vitest';
import { kernelContenders } from '../src/kernels.js';
import { measure, median } from '../src/measure.js';
import { networkContenders } from '../src/network.js';
import { onnxruntime } from '../src/rivals/onnxruntime.js';
import { tensorflow } from '../src/rivals/tensorflow.js';
import { productsOf, valuesOf, type Work } from '../src/work.js';

const kernels = await createKernels();
const works: readonly Work[] = [
  { kind: 'conv', name: 'conv', size: 5, channels: 8 },
  { kind: 'product', name: 'product', rows: 3, size: 8 },
];

describe.each(works)('$kind', (work) => {
  it('is computed by all contenders', async () => {
    const values = valuesOf(work);
    const contenders = [
      await tensorflow(work, values),
      ...(await onnxruntime(work, values)),
      ...kernelContenders(kernels, work, values),
    ];
    const timings = await measure(contenders, 1);
    expect(timings.map(({ name }) => name.replace(/ \d+\.\d+\.\d+/, ''))).toEqual([
      ...['tfjs-wasm, float32', 'onnxruntime-web, float32', 'onnxruntime-web, int8'],
      ...['8 × 8', '4 × 8', '1 × 8', ...(work.kind === 'product' ? ['ternary × 1'] : [])],
      ...['1 × 1', '1 × 1 + 1', '1 × 2'],
    ]);
    expect(timings[0]!.ratio).toBe(1);
  });
});

it('compares what is nearly the same', async () => {
  const work = works[1]!;
  const values = valuesOf(work);
  const own = kernelContenders(kernels, work, values)[0]!.run() as Float32Array;
  for (const rival of await onnxruntime(work, values)) {
    const { y } = (await rival.run()) as { y: { data: Float32Array } };
    own.forEach((value, at) => expect(Math.abs(value - y.data[at]!)).toBeLessThan(0.1));
  }
});

it('runs a whole network, whose layers are all packed', async () => {
  const contenders = await networkContenders();
  expect(contenders.map(({ name }) => name)).toEqual([
    'tfjs-wasm, float32',
    'compiled, 8 bits, 55 layers packed',
    'compiled, 4 bits, 55 layers packed',
  ]);
  const [float, eight] = contenders.map(({ run }) => [...(run() as Float32Array)]);
  eight!.forEach((value, at) => expect(Math.abs(value - float![at]!)).toBeLessThan(0.15));
});

it('counts products', () => {
  expect(works.map(productsOf)).toEqual([5 * 5 * 8 * 8 * 9, 3 * 8 * 8]);
});

it('takes the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
});
