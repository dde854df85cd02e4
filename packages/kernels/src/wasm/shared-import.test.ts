import { expect, it } from 'vitest';
import { kernelsOver } from '../create-kernels.js';
import { createKernels } from '../index.js';
import { ownHeap } from './heap.js';

it('computes in a memory that threads share', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1024, shared: true });
  const own = ownHeap(memory);
  const { kernels, heap } = await kernelsOver({ variant: 'simd' }, own, 'test');
  expect(heap).toBe(own);
  const twin = await createKernels({ variant: 'scalar' });
  const values = Float32Array.from({ length: 300 }, (_, at) => Math.sin(at));
  const integers = Int8Array.from({ length: 300 }, (_, at) => (at * 37) % 128);
  const layer = { weights: { shape: [300, 1], values: integers, bits: 8, scales: [1] } } as const;
  expect(kernels.dense(layer).run(values, [1, 300])).toEqual(twin.dense(layer).run(values, [1, 300]));
});
