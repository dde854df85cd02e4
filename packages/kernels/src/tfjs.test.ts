import type { LowbitError } from '@lowbit/core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { convolutionSamples, denseSamples, depthwiseSamples, type Sample } from '../test/random-layers.js';
import { createKernels, type Operation } from './index.js';
import { createTensorKernels, type TensorKernels, type TensorOperation } from './tfjs.js';

const twin = await createKernels({ variant: 'scalar' });

type Makers = { readonly [Name in 'dense' | 'conv2d' | 'depthwiseConv2d']: TensorKernels[Name] };

/** What the operations on tensors give, and what the twin gives on the same values. */
function both<Name extends keyof Makers>(
  kernels: Makers,
  name: Name,
  { layer, shape, values }: Sample<Parameters<Makers[Name]>[0]>,
  added: boolean,
) {
  const operation = (kernels[name] as (one: object) => TensorOperation)(layer);
  const expected = (twin[name] as (one: object) => Operation)(layer);
  const output = operation.outputShape(shape);
  const result = tf.tidy(() => {
    const addend = added ? tf.reshape(tf.sin(tf.range(0, size(output))), output) : undefined;
    const tensor = operation.run(tf.tensor(values, shape, 'float32'), addend);
    expect(tensor.shape).toEqual(output);
    return {
      own: tensor.dataSync() as Float32Array,
      twin: expected.run(values, shape, addend?.dataSync() as Float32Array | undefined),
    };
  }) as unknown as { own: Float32Array; twin: Float32Array };
  operation.dispose();
  return result;
}

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

const weights = { shape: [2, 1], values: Int8Array.of(1, 2), bits: 8, scales: [1] } as const;

describe.each([
  ['wasm', 'simd', true],
  ['wasm', 'scalar', false],
  ['cpu', 'simd', false],
] as const)('on the backend %s, %s', (backend, variant, sharesMemory) => {
  it('gives the float32 values of the twin, and leaves no tensor behind', async () => {
    await tf.setBackend(backend);
    const kernels = await createTensorKernels({ variant });
    expect(kernels).toMatchObject({ variant, sharesMemory });
    const before = tf.memory().numTensors;
    const runs = { numRuns: variant === 'scalar' ? 30 : 120 };
    fc.assert(
      fc.property(denseSamples, fc.boolean(), (sample, added) => {
        const { own, twin } = both(kernels, 'dense', sample, added);
        expect(own).toEqual(twin);
      }),
      runs,
    );
    fc.assert(
      fc.property(convolutionSamples, fc.boolean(), (sample, added) => {
        const { own, twin } = both(kernels, 'conv2d', sample, added);
        expect(own).toEqual(twin);
      }),
      runs,
    );
    fc.assert(
      fc.property(depthwiseSamples, fc.boolean(), (sample, added) => {
        const { own, twin } = both(kernels, 'depthwiseConv2d', sample, added);
        expect(own).toEqual(twin);
      }),
      runs,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('computes on, when the memory of the backend has grown, and on another backend', async () => {
  await tf.setBackend('wasm');
  const { dense, sharesMemory } = await createTensorKernels();
  const operation = dense({ weights });
  expect(sharesMemory).toBe(true);
  const given = () => tf.tensor2d([127, 127], [1, 2]);
  const x = given();
  const { memory } = (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm.asm;
  const { byteLength } = memory.buffer;
  const large = tf.zeros([byteLength / 4]);
  expect(memory.buffer.byteLength).toBeGreaterThan(byteLength);
  expect(operation.run(x).dataSync()).toEqual(Float32Array.of(381));
  tf.dispose([large, x]);
  await tf.setBackend('cpu');
  expect(operation.run(given()).dataSync()).toEqual(Float32Array.of(381));
});

it('takes the memory of its own where the backend keeps its own to itself', async () => {
  await tf.setBackend('wasm');
  const { wasm } = tf.backend() as unknown as { wasm: object };
  tf.registerBackend('closed', () => {
    const backend = Object.create(tf.backend()) as tf.KernelBackend;
    return Object.defineProperty(backend, 'wasm', { value: { ...wasm, asm: undefined } });
  });
  const closed = tf.findBackend('closed');
  expect(closed).toBeTruthy();
  tf.setBackend('closed');
  const { dense, sharesMemory } = await createTensorKernels();
  expect(sharesMemory).toBe(false);
  tf.setBackend('cpu');
  expect(
    dense({ weights })
      .run(tf.tensor2d([127, 127], [1, 2]))
      .dataSync(),
  ).toEqual(Float32Array.of(381));
});

it('refuses what is no tensor of floats, and addends of other shapes', async () => {
  await tf.setBackend('cpu');
  const { run } = (await createTensorKernels()).dense({ weights });
  const refusal = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return (error as LowbitError).code;
    }
    return undefined;
  };
  const x = tf.zeros([1, 2]);
  expect(refusal(() => run(tf.zeros([1, 2], 'int32')))).toBe('invalid-argument');
  expect(refusal(() => run({} as tf.Tensor))).toBe('invalid-argument');
  expect(refusal(() => run(tf.zeros([1, 3])))).toBe('invalid-argument');
  expect(refusal(() => run(x, tf.zeros([2, 1])))).toBe('invalid-argument');
  expect(refusal(() => run(x, tf.zeros([1, 1])))).toBeUndefined();
});

it('runs beside another copy of itself on one backend', async () => {
  await tf.setBackend('cpu');
  const weights = { shape: [2, 1], values: Int8Array.of(1, 2), bits: 8, scales: [1] } as const;
  const run = async ({
    createTensorKernels: create,
  }: {
    readonly createTensorKernels: typeof createTensorKernels;
  }) => {
    const operation = (await create()).dense({ weights });
    return () => tf.tidy(() => operation.run(tf.tensor([127, 127], [1, 2])).dataSync());
  };
  const one = await run(await import('./tfjs.js'));
  vi.resetModules();
  const other = await run(await import('./tfjs.js'));
  for (const each of [one, other, one]) expect(each()).toEqual(Float32Array.of(381));
});
