import { skipReasons } from '../skip-reasons.js';
import type { ReadAxes } from '../trace-weight.js';
import type { WeightOperator } from './weight-operator.js';

/** B is [batch…, K, N], a constant A is [batch…, M, K]; every batch index has its own output channels. */
export const matMul: WeightOperator = {
  takes: 'one',
  roles: () => [
    { input: 1, kernel: 'kernel', axes: matrices('last') },
    { input: 0, kernel: 'kernel', axes: matrices('second last') },
  ],
};

const matrices =
  (output: 'last' | 'second last'): ReadAxes =>
  (shape) => {
    const batch = shape.length - 2;
    if (batch < 0) return skipReasons.vector;
    const [outputAxis, inputAxis] = output === 'last' ? [batch + 1, batch] : [batch, batch + 1];
    const batchAxes = Array.from({ length: batch }, (_, axis) => axis);
    return { shape, outputAxes: [...batchAxes, outputAxis], inputAxis };
  };
