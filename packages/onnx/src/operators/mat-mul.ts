import { alongColumns, matrixGeometry } from './matrix.js';
import { type Operator, type ReadAxes, vector } from './operator.js';

/** B is [batch…, K, N], a constant A is [batch…, M, K]; every batch index has its own output channels. */
export const matMul: Operator = {
  takes: 'one',
  roles: () => [
    { input: 1, kernel: 'kernel', axes: matrices('last') },
    { input: 0, kernel: 'kernel', axes: matrices('second last') },
  ],
  features: (_, { rank, weightFirst }) => ({ batch: 0, channels: [weightFirst ? rank - 2 : rank - 1] }),
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
