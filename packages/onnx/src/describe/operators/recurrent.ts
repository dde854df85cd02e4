import { skipReasons } from '../skip-reasons.js';
import type { ReadAxes } from '../trace-weight.js';
import type { WeightOperator } from './weight-operator.js';

/** LSTM, GRU and RNN: W [directions, gates · hidden, inputs] and R [directions, gates · hidden, hidden]. */
export const recurrent: WeightOperator = {
  takes: 'each',
  roles: () => [
    { input: 1, kernel: 'kernel', axes: gates },
    { input: 2, kernel: 'recurrent', axes: gates },
  ],
};

const gates: ReadAxes = (shape) =>
  shape.length === 3 ? { shape, outputAxes: [0, 1], inputAxis: 2 } : skipReasons.vector;
