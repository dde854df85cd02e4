import { attributeOf } from '../graph/attributes.js';
import type { NodeProto } from '../schema/proto.js';
import {
  alongColumns,
  isFlipped,
  isTurned,
  matrix,
  matrixGeometry,
  factorBias,
  factorRows,
} from './matrix.js';
import type { BiasPlace, LinearShape, Operator, WeightInput } from './operator.js';

/** Y = A·B: B is [K, N], or [N, K] with `transB`; a constant A is [M, K], or [K, M] with `transA`. */
export const gemm: Operator = {
  names: ['Gemm'],
  takes: 'one',
  roles: (node) => [
    { input: 1, kernel: 'kernel', axes: matrix(isFlipped(node) ? 0 : 1) },
    { input: 0, kernel: 'kernel', axes: matrix(isTurned(node) ? 1 : 0) },
  ],
  features: (_, { weight }) => (weight === 0 ? { batch: 1, channels: [0] } : { batch: 0, channels: [1] }),
  products: ({ inputAxis, shape }) => (inputAxis === undefined ? undefined : shape[inputAxis]),
  linear,
  activation: { isTurned: (node) => isTurned(node), rowAxis: (node) => (isFlipped(node) ? -1 : -2) },
  product: { along: (node) => (isFlipped(node) ? 1 : 0), unfit: productUnfit },
  integer: {
    becomes: { operators: 'MatMulInteger', qdq: 'QGemm' },
    geometry: (node, shape) => matrixGeometry('Gemm', shape, isFlipped(node)),
    takesBias: true,
    unfit: (node) => (isTurned(node) || !isPlain(node) ? notPlain : undefined),
    givesIntegers: false,
    // onnxruntime 1.30 fuses no other.
    storesZeroPoint: true,
  },
  inputRows: factorRows,
  bias: gemmBias,
  samples: [
    {
      inputs: { x: [3, 32], w: [32, 40] },
      output: [3, 40],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { transB: 1 },
      inputs: { x: [3, 32], w: [40, 32] },
      output: [3, 40],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      inputs: { w: [40, 32], x: [32, 7] },
      output: [40, 7],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { transA: 1, alpha: { float: 0.5 } },
      inputs: { w: [32, 40], x: [32, 7] },
      output: [40, 7],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { transB: 1 },
      inputs: { x: [3, 64], w: [96, 64], bias: [96] },
      output: [3, 96],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { transA: 1 },
      inputs: { x: [64, 3], w: [64, 96] },
      output: [3, 96],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { alpha: { float: 0.5 } },
      inputs: { x: [3, 64], w: [64, 96] },
      output: [3, 96],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { beta: { float: 0.5 } },
      inputs: { x: [3, 64], w: [64, 96], bias: [96] },
      output: [3, 96],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
  ],
};

/** The third input stands for the columns alone; numbers of rows are added behind. */
function gemmBias(node: NodeProto, weight: WeightInput): BiasPlace | string {
  const place = factorBias(weight);
  const [alpha, beta] = [factor(node, 'alpha'), factor(node, 'beta')];
  if (typeof place === 'string') return place;
  return { ...place, alpha, beta, ...(weight.input === 1 && beta !== 0 ? { input: 2 } : {}) };
}

const factor = (node: NodeProto, name: 'alpha' | 'beta'): number => attributeOf(node, name)?.f ?? 1;

const notPlain =
  'transA, alpha or beta are not at their defaults, and its weight or bias is computed, in another file, or taken by others too';

const isPlain = (node: NodeProto): boolean => factor(node, 'alpha') === 1 && factor(node, 'beta') === 1;

function linear(dims: readonly number[], node: NodeProto): LinearShape | undefined {
  const [rows = 0, columns = 0] = dims;
  if (dims.length !== 2) return undefined;
  const flipped = isFlipped(node);
  return {
    channels: flipped ? rows : columns,
    runs: flipped ? { length: columns, step: 0, channelOf: (run) => run } : alongColumns(columns),
    channelAxis: -1,
    rank: 2,
    takesBias: true,
    pads: false,
    ...(isPlain(node) ? {} : { fixed: 'alpha or beta is not 1' }),
  };
}

function productUnfit(node: NodeProto): string | undefined {
  if (isTurned(node)) return 'transA';
  if (factor(node, 'alpha') !== 1) return `alpha ${factor(node, 'alpha')}`;
  return node.input[2] && factor(node, 'beta') !== 1 ? `beta ${factor(node, 'beta')}` : undefined;
}
