import { quantize, seededRandom, type Quantizer, type Recipe } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import type { ArrayTensor } from '@lowbit/core/method';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, type OnnxOptions } from '../src/index.js';
import { DataType, type NodeProto, type TensorProto } from '../src/schema/proto.js';
import { makeNode, type NodeParts } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { activationQuantizers } from './helpers/activation-quantizers.js';
import { buildBytes } from './helpers/build-model.js';
import { plainAbsmax } from './helpers/plain-quantizers.js';
import { convolve, patchesOf, type Window } from './helpers/reference-conv.js';
import { referenceForward, type ReferenceForward } from './helpers/reference-forward.js';
import { runModel } from './helpers/run-model.js';

const random = seededRandom(11);

/** Weights that absolute-maximum quantization per tensor keeps exactly: whole numbers up to 127, divided by 64. */
function weight(dims: readonly number[]): ArrayTensor {
  const data = Float32Array.from({ length: sizeOf(dims) }, () => Math.round(200 * random() - 100) / 64);
  data[0] = 127 / 64;
  return { shape: dims, data };
}

function values(shape: readonly number[]): ArrayTensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => 3 * random() - 1.2);
  return { shape, data };
}

const tensor = (name: string, { shape, data }: ArrayTensor): TensorProto =>
  makeTensor(name, DataType.FLOAT, shape, data);
const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: NodeParts['attributes'] = {},
): NodeProto => makeNode({ op, inputs, outputs: [output], attributes });

interface Quantized {
  readonly bytes: Uint8Array;
  /** Reasons in the report by the id of the weight. */
  readonly reasons: ReadonlyMap<string, string>;
  /** The array interpreter's forward pass of a site. */
  forward(site: string): ReferenceForward;
}

async function quantized(
  bytes: Uint8Array,
  x: ArrayTensor,
  quantizer: Quantizer,
  activationBits: number,
  options: OnnxOptions = {},
): Promise<Quantized> {
  ort.env.wasm.numThreads = 1;
  const port = onnx(bytes, { ort, ...options });
  const calibration = await port.observe!([{ inputs: { x } }]);
  const recipe: Recipe = { weights: plainAbsmax, bits: 8, granularity: 'tensor', activations: quantizer };
  const { model, report } = await quantize(port, { ...recipe, activationBits, calibration });
  return {
    bytes: model.bytes,
    reasons: new Map(report.weights.map(({ id, storageReason }) => [id, storageReason])),
    forward: (site) =>
      referenceForward(
        quantizer,
        report.activations!.find(({ id }) => id === site)!,
      ),
  };
}

const run = (bytes: Uint8Array, { shape, data }: ArrayTensor) =>
  runModel(bytes, { x: new ort.Tensor('float32', data, shape) });

/** Permits the rounding of sums of some hundred products. */
function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(error).toBeLessThan(1e-5 * largest);
}

function convolution(
  x: ArrayTensor,
  w: ArrayTensor,
  window: Window,
  forward: ReferenceForward,
  b?: Float32Array,
) {
  const patches = patchesOf(forward.whole(x), w.shape, window);
  const matrix = forward.observed === 'patches' ? forward.run(patches.matrix) : patches.matrix;
  return convolve({ ...patches, matrix }, w, window, b);
}

const convolutions: readonly {
  readonly title: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly window: Window;
  readonly opset?: number;
}[] = [
  {
    title: 'unequal pads, strides',
    x: [2, 3, 7, 9],
    w: [5, 3, 3, 2],
    window: { pads: [1, 0, 2, 1], strides: [2, 1] },
  },
  {
    title: 'two groups, dilations',
    x: [1, 4, 9, 8],
    w: [6, 2, 3, 3],
    window: { group: 2, dilations: [2, 1] },
  },
  { title: 'depthwise', x: [2, 4, 6, 5], w: [4, 1, 3, 3], window: { group: 4, pads: [1, 1, 1, 1] } },
  {
    title: 'SAME_UPPER',
    x: [1, 2, 7, 6],
    w: [3, 2, 2, 4],
    window: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  {
    title: 'SAME_LOWER',
    x: [1, 2, 7, 6],
    w: [3, 2, 2, 4],
    window: { auto_pad: 'SAME_LOWER', strides: [2, 1] },
  },
  { title: 'VALID', x: [1, 2, 5, 5], w: [3, 2, 3, 3], window: { auto_pad: 'VALID' } },
  { title: 'a window of one', x: [2, 8, 3, 3], w: [4, 8, 1, 1], window: {} },
  {
    title: 'a window of one with strides',
    x: [2, 8, 4, 5],
    w: [4, 4, 1, 1],
    window: { strides: [2, 2], group: 2 },
  },
  { title: 'one axis', x: [3, 4, 17], w: [5, 4, 5], window: { pads: [2, 2], strides: [3] } },
  { title: 'three axes', x: [1, 2, 4, 5, 3], w: [2, 2, 2, 3, 2], window: { pads: [0, 1, 0, 0, 1, 1] } },
  { title: 'opset 9', x: [1, 3, 6, 6], w: [4, 3, 3, 3], window: { pads: [1, 1, 1, 1] }, opset: 9 },
  { title: 'opset 11', x: [1, 3, 6, 6], w: [4, 3, 3, 3], window: { pads: [1, 1, 1, 1] }, opset: 11 },
  { title: 'opset 21', x: [1, 3, 6, 6], w: [4, 3, 3, 3], window: { pads: [1, 1, 1, 1] }, opset: 21 },
];

describe.each(activationQuantizers)('$title', ({ quantizer, bits }) => {
  test.each(convolutions)('convolution: $title', async ({ x: shape, w: dims, window, opset = 13 }) => {
    const [x, w, b] = [values(shape), weight(dims), values([dims[0]!])];
    const bytes = buildBytes(
      {
        nodes: [node('Conv', ['x', 'w', 'b'], 'y', { ...window })],
        initializers: [tensor('w', w), tensor('b', b)],
        inputs: { x: ['n', ...shape.slice(1).map((_, axis) => `size ${axis}`)] },
        outputs: { y: ['n', dims[0]!, ...shape.slice(2).map((_, axis) => `place ${axis}`)] },
      },
      { opset },
    );
    const { bytes: written, forward } = await quantized(bytes, x, quantizer, bits);
    const y = (await run(written, x)).get('y')!;
    expectClose(y, convolution(x, w, window, forward('x'), b.data));
  });

  test.each([
    { op: 'MatMul', shape: [5, 12], dims: [12, 7], attributes: {} },
    { op: 'MatMul', shape: [3, 4, 12], dims: [12, 7], attributes: {} },
    { op: 'Gemm', shape: [5, 12], dims: [12, 7], attributes: {} },
    { op: 'Gemm', shape: [5, 12], dims: [7, 12], attributes: { transB: 1, alpha: { float: 0.5 } } },
  ])('product: $op of $shape and $dims', async ({ op, shape, dims, attributes }) => {
    const [x, w] = [values(shape), weight(dims)];
    const bytes = buildBytes({
      nodes: [node(op, ['x', 'w'], 'y', attributes)],
      initializers: [tensor('w', w)],
      inputs: { x: ['n', ...shape.slice(1)] },
      outputs: { y: ['n', ...shape.slice(1, -1), 7] },
    });
    const { bytes: written, forward } = await quantized(bytes, x, quantizer, bits);
    const { observed, run: rows, whole } = forward('x');
    const matrix = { shape: [x.data.length / 12, 12], data: whole(x).data };
    const quantizedRows = observed === 'patches' ? rows(matrix).data : matrix.data;
    const flipped = 'transB' in attributes;
    const expected = Float32Array.from({ length: (x.data.length / 12) * 7 }, (_, index) => {
      const [row, column] = [Math.floor(index / 7), index % 7];
      let sum = 0;
      for (let i = 0; i < 12; i++)
        sum += quantizedRows[row * 12 + i]! * w.data[flipped ? column * 12 + i : i * 7 + column]!;
      return flipped ? sum / 2 : sum;
    });
    expectClose((await run(written, x)).get('y')!, expected);
  });
});
