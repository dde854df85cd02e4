import { attributeOf, integerAttribute } from '../graph/attributes.js';
import { type NodeProto, textOf } from '../schema/proto.js';
import {
  type BiasPlace,
  type InputRows,
  type Operator,
  type OperatorSample,
  type ReadAxes,
  vector,
  type WeightInput,
} from './operator.js';

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
  inputRows,
  bias,
  samples: [sample('LSTM', 4, 'bidirectional'), sample('GRU', 3, 'reverse'), sample('RNN', 1, 'forward')],
};

/** What W is multiplied with is the input; what R is, the output of the step before. */
function inputRows(node: NodeProto, { input }: WeightInput): InputRows | string {
  const layout = integerAttribute(node, 'layout', 0) === 1 ? 1 : 0;
  if (input === 1) return { kind: 'axis', value: node.input[0] ?? '', axis: -1, isTimeFirst: layout === 0 };
  const direction = textOf(attributeOf(node, 'direction')?.s ?? new Uint8Array());
  if (!node.output[0]) return 'its layer does not give the outputs of its steps';
  if (node.input[4]) return 'its layer is given lengths of sequences';
  if (node.opType === 'GRU' && integerAttribute(node, 'linear_before_reset', 0) === 0)
    return 'one of its gates takes the output of the step before as another gate has changed it';
  return {
    kind: 'steps',
    value: node.output[0],
    ...(node.input[5] && { start: node.input[5] }),
    directions:
      direction === 'bidirectional'
        ? ['forward', 'reverse']
        : [direction === 'reverse' ? 'reverse' : 'forward'],
    layout,
  };
}

/** Their biases stand beside each other, those of W first: [directions, gates · hidden + gates · hidden]. */
function bias(_: NodeProto, { input, dims }: WeightInput): BiasPlace {
  const [directions = 0, length = 0] = dims;
  const within = { dims: [directions, 2 * length], length, every: 2 * length };
  return { input: 3, within: { ...within, from: input === 1 ? 0 : length } };
}

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
