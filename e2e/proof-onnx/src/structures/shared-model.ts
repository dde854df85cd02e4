import { DataType, modelBytes, node, value, weight } from './build.js';
import { normalInput } from './inputs.js';
import type { MadeModel } from './made-model.js';

const width = 96;

/** One matrix used by three layers, as it is and transposed: x [N, 96] → y [N, 96]. */
export function sharedModel(): MadeModel {
  const nodes = [
    node('MatMul', ['x', 'w'], ['h0']),
    node('Tanh', ['h0'], ['h1']),
    node('MatMul', ['h1', 'w'], ['h2']),
    node('Transpose', ['w'], ['turned'], { perm: [1, 0] }),
    node('MatMul', ['h2', 'turned'], ['y']),
  ];
  const bytes = modelBytes({
    nodes,
    initializers: [weight('w', [width, width], width, 1)],
    inputs: [value('x', DataType.FLOAT, ['n', width])],
    outputs: [value('y', DataType.FLOAT, ['n', width])],
  });
  const runs = [2, 3].map((seed) => ({ x: normalInput([8, width], seed) }));
  return {
    name: 'shared',
    feature: 'one weight of three layers, stored once',
    bytes,
    runs,
    fourBits: 'channel',
  };
}
