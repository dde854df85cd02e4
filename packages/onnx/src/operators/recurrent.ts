import { integerAttribute } from '../graph/attributes.js';
import { type Operator, type ReadAxes, vector } from './operator.js';

/** LSTM, GRU and RNN: W [directions, gates · hidden, inputs] and R [directions, gates · hidden, hidden]. */
export const recurrent: Operator = {
  takes: 'each',
  roles: () => [
    { input: 1, kernel: 'kernel', axes: gates },
    { input: 2, kernel: 'recurrent', axes: gates },
  ],
  /** The first output is [time, direction, batch, hidden], others have no time; batch first with layout 1. */
  features(node, { output }) {
    const time = output === 0 ? 1 : 0;
    return integerAttribute(node, 'layout', 0) === 1
      ? { batch: 0, channels: [time + 1, time + 2] }
      : { batch: time + 1, channels: [time, time + 2] };
  },
};

const gates: ReadAxes = (shape) =>
  shape.length === 3 ? { shape, outputAxes: [0, 1], inputAxis: 2 } : vector;
