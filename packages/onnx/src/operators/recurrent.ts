import { integerAttribute } from '../graph/attributes.js';
import { type Operator, type OperatorSample, type ReadAxes, vector } from './operator.js';

/** LSTM, GRU and RNN: W [directions, gates · hidden, inputs] and R [directions, gates · hidden, hidden]. */
export const recurrent: Operator = {
  names: ['LSTM', 'GRU', 'RNN'],
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
  samples: [sample('LSTM', 4, 'bidirectional'), sample('GRU', 3, 'reverse'), sample('RNN', 1, 'forward')],
};

const gates: ReadAxes = (shape) =>
  shape.length === 3 ? { shape, outputAxes: [0, 1], inputAxis: 2 } : vector;

function sample(
  name: string,
  gates: number,
  direction: 'bidirectional' | 'forward' | 'reverse',
): OperatorSample {
  const [directions, hidden] = [direction === 'bidirectional' ? 2 : 1, 32];
  const reads = { outputAxes: [0, 1], inputAxis: 2 };
  return {
    name,
    attributes: { hidden_size: hidden, direction },
    inputs: { x: [5, 2, 24], w: [directions, gates * hidden, 24], r: [directions, gates * hidden, hidden] },
    output: [5, directions, 2, hidden],
    weights: { w: reads, r: reads },
  };
}
