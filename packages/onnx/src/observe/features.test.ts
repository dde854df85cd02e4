import { type Batch, seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../test/helpers/build-model.js';
import { realBytes } from '../../test/helpers/real-models.js';
import { describeModel } from '../describe/describe-model.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import type { OnnxModel } from '../model/model.js';
import { writeModel } from '../model/write-model.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';
import { DataType } from '../schema/proto.js';
import { measureFeatures } from './features.js';
import type { OrtRuntime } from './ort.js';
import { defined } from '@lowbit/core/adapter';

const runtime: OrtRuntime = ort;
ort.env.wasm.numThreads = 1;

const measure = (model: OnnxModel, batches: Iterable<Batch> | AsyncIterable<Batch>, options = {}) =>
  measureFeatures(model, describeModel(model).layers, runtime, batches, options);

/** A convolution that doubles and negates one channel, a rectifier, the mean over space, a dense layer. */
const small = buildModel({
  nodes: [
    makeNode({ op: 'Conv', name: 'conv', inputs: ['x', 'kernel'], outputs: ['c'] }),
    makeNode({ op: 'Relu', name: 'relu', inputs: ['c'], outputs: ['r'] }),
    makeNode({ op: 'GlobalAveragePool', name: 'pool', inputs: ['r'], outputs: ['p'] }),
    makeNode({ op: 'Flatten', name: 'flat', inputs: ['p'], outputs: ['f'] }),
    makeNode({ op: 'Gemm', name: 'dense', inputs: ['f', 'matrix'], outputs: ['y'] }),
  ],
  initializers: [
    makeTensor('kernel', DataType.FLOAT, [2, 1, 1, 1], [2, -1]),
    makeTensor('matrix', DataType.FLOAT, [2, 3], [1, 0, 1, 0, 1, 1]),
  ],
  inputs: { x: ['n', 1, 'h', 2] },
  outputs: { y: ['n', 3] },
});

const batch = (shape: readonly number[], data: readonly number[], labels?: readonly number[]): Batch => ({
  inputs: { x: { shape, data } },
  ...defined({ labels }),
});

describe('measureFeatures', () => {
  it('gives layers with weights one row a sample, over batches of any size', async () => {
    const events: number[] = [];
    const found = await measure(
      small,
      [batch([1, 1, 1, 2], [1, 3], [4]), batch([2, 1, 2, 2], [1, 1, 1, 1, -2, -4, -2, 0], [0, 4])],
      { onProgress: ({ done }: { done: number }) => events.push(done) },
    );
    expect(found.labels).toEqual([4, 0, 4]);
    expect([...found.layers.keys()]).toEqual(['conv', 'dense']);
    expect(found.layers.get('conv')).toEqual({ dimensions: 2, values: Float32Array.of(4, -2, 2, -1, -4, 2) });
    expect(found.layers.get('dense')).toEqual({
      dimensions: 3,
      values: Float32Array.of(4, 0, 4, 2, 0, 2, 0, 2, 2),
    });
    expect(events).toEqual([1, 2]);
  });

  it('is what a port with a runtime offers', async () => {
    const given = [batch([2, 1, 1, 2], [1, 3, 2, 2], [0, 1])];
    const port = onnx(writeModel(small), { ort: runtime });
    expect(await port.features?.(given)).toEqual(await measure(small, given));
    expect(onnx(writeModel(small)).features).toBeUndefined();
  });

  it.each([
    ['none', batch([1, 1, 1, 2], [1, 2])],
    ['shape [0]', batch([1, 1, 1, 2], [1, 2], [])],
    ['shape [2]', batch([1, 1, 1, 2], [1, 2], [0, 1])],
  ])('refuses a batch with labels of %s', async (received, given) => {
    await expect(measure(small, [given])).rejects.toMatchObject({
      code: 'calibration-invalid',
      where: 'batch 1: labels',
      expected: 'a class for each sample, that is 1',
      received,
    });
  });

  it.each([['4'], [null], [4n], [-1], [1.5], [NaN]])('refuses %s as a label', async (label) => {
    const given = batch([1, 1, 1, 2], [1, 3], [label as never]);
    await expect(measure(small, [given])).rejects.toMatchObject({
      code: 'calibration-invalid',
      where: 'batch 1: labels, at [0]',
    });
  });

  it('refuses no batches at all, and stops when it is told to', async () => {
    await expect(measure(small, [])).rejects.toMatchObject({ code: 'calibration-invalid' });
    const run = measure(small, [batch([1, 1, 1, 2], [1, 2], [0])], { signal: { aborted: true } });
    await expect(run).rejects.toMatchObject({ code: 'aborted' });
  });

  it('leaves layers out whose rows do not divide among the samples', async () => {
    const model = buildModel({
      nodes: [
        makeNode({ op: 'MatMul', name: 'first', inputs: ['x', 'w'], outputs: ['a'] }),
        makeNode({ op: 'ReduceMax', name: 'most', inputs: ['a'], outputs: ['m'] }),
        makeNode({ op: 'MatMul', name: 'last', inputs: ['m', 'v'], outputs: ['y'] }),
      ],
      initializers: [
        makeTensor('w', DataType.FLOAT, [2, 2], [1, 0, 0, 1]),
        makeTensor('v', DataType.FLOAT, [1, 2], [1, 2]),
      ],
      inputs: { x: ['n', 2] },
      outputs: { y: [1, 2] },
    });
    const found = await measure(model, [batch([2, 2], [1, 2, 3, 4], [0, 1])]);
    expect([...found.layers]).toEqual([['first', { dimensions: 2, values: Float32Array.of(1, 2, 3, 4) }]]);
  });

  it('measures recurrent layers and products from the left', async () => {
    const model = buildModel({
      nodes: [
        makeNode({ op: 'MatMul', name: 'left', inputs: ['w', 'x'], outputs: ['a'] }),
        makeNode({
          op: 'Transpose',
          name: 'swap',
          inputs: ['a'],
          outputs: ['t'],
          attributes: { perm: [2, 0, 1] },
        }),
        makeNode({
          op: 'RNN',
          name: 'rnn',
          inputs: ['t', 'W', 'R'],
          outputs: ['y'],
          attributes: { hidden_size: 1 },
        }),
      ],
      initializers: [
        makeTensor('w', DataType.FLOAT, [2, 2], [1, 0, 0, 2]),
        makeTensor('W', DataType.FLOAT, [1, 1, 2], [1, 0]),
        makeTensor('R', DataType.FLOAT, [1, 1, 1], [0]),
      ],
      inputs: { x: ['n', 2, 't'] },
      outputs: { y: ['t', 1, 'n', 1] },
    });
    const found = await measure(model, [batch([2, 2, 2], [1, 3, 0, 1, 0, 0, 5, 7], [0, 1])]);
    expect(found.layers.get('left')).toEqual({ dimensions: 2, values: Float32Array.of(2, 1, 0, 12) });
    const [first, second] = found.layers.get('rnn')!.values;
    expect(first).toBeCloseTo((Math.tanh(1) + Math.tanh(3)) / 2, 5);
    expect(second).toBeCloseTo(0, 5);
  });

  it('measures every layer of a real classifier', async () => {
    const model = readModel(realBytes('classifier'), 'classifier.onnx');
    const random = seededRandom(3);
    const image = (label: number) =>
      Float32Array.from(
        { length: 3 * 48 * 192 },
        (_, i) => (label === 0 ? (i % 2) * 2 - 1 : 0.2) + 0.1 * random(),
      );
    const batches = [0, 1, 0].map((label) => ({
      inputs: { x: { shape: [2, 3, 48, 192], data: [...image(label), ...image(1 - label)] } },
      labels: [label, 1 - label],
    }));
    const { layers } = describeModel(model);
    const found = await measure(model, batches);
    expect(found.labels).toEqual([0, 1, 1, 0, 0, 1]);
    const weighted = layers.filter(({ weights }) => weights.length > 0);
    expect(weighted.length).toBeGreaterThan(30);
    for (const { id, weights } of weighted) {
      const { dimensions, values } = found.layers.get(id)!;
      const [weight] = weights;
      const outputs = weight!.outputAxes.reduce((product, axis) => product * weight!.shape[axis]!, 1);
      expect(dimensions, id).toBe(outputs);
      expect(values.length).toBe(6 * dimensions);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });
});
