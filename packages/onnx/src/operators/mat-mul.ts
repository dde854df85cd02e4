import { alongColumns, matrixGeometry, productFeatures, factorBias, factorRows } from './matrix.js';
import { type Operator, type ReadAxes, vector } from './operator.js';

/** B is [batch…, K, N], a constant A is [batch…, M, K]; every batch index has its own output channels. */
export const matMul: Operator = {
  names: ['MatMul'],
  takes: 'one',
  roles: () => [
    { input: 1, kernel: 'kernel', axes: matrices('last') },
    { input: 0, kernel: 'kernel', axes: matrices('second last') },
  ],
  features: productFeatures,
  products: ({ inputAxis, shape }) => (inputAxis === undefined ? undefined : shape[inputAxis]),
  linear(dims) {
    const [, columns = 0] = dims;
    if (dims.length !== 2) return undefined;
    const runs = alongColumns(columns);
    return { channels: columns, runs, channelAxis: -1, takesBias: false, pads: false };
  },
  activation: { rowAxis: () => -2 },
  product: { along: () => 0 },
  integer: {
    becomes: { operators: 'MatMulInteger', qdq: 'MatMulIntegerToFloat' },
    geometry: (_, shape) => matrixGeometry('MatMul', shape, false),
    takesBias: false,
    givesIntegers: false,
    storesZeroPoint: false,
  },
  inputRows: factorRows,
  bias: (_, weight) => factorBias(weight),
  samples: [
    {
      inputs: { x: [3, 64], w: [64, 96] },
      output: [3, 96],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      inputs: { x: [3, 32], w: [32, 40] },
      output: [3, 40],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      inputs: { x: [3, 1, 5, 24], w: [3, 2, 24, 16] },
      output: [3, 2, 5, 16],
      weights: { w: { outputAxes: [0, 1, 3], inputAxis: 2 } },
    },
    {
      inputs: { w: [40, 32], x: [32, 7] },
      output: [40, 7],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      inputs: { w: [3, 20, 24], x: [3, 24, 5] },
      output: [3, 20, 5],
      weights: { w: { outputAxes: [0, 1], inputAxis: 2 } },
    },
  ],
};

const matrices =
  (output: 'last' | 'second last'): ReadAxes =>
  (shape) => {
    const batch = shape.length - 2;
    if (batch < 0) return vector;
    const [outputAxis, inputAxis] = output === 'last' ? [batch + 1, batch] : [batch, batch + 1];
    const batchAxes = Array.from({ length: batch }, (_, axis) => axis);
    return { shape, outputAxes: [...batchAxes, outputAxis], inputAxis };
  };
