import { expect, it } from 'vitest';

import { buildModel, counting } from '../../test/helpers/build-model.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { interfaceOf } from '../index.js';
import { DataType } from '../schema/proto.js';

type Constant = number | readonly number[];
type Step = readonly [op: string, ...constants: readonly Constant[]];

/** A chain of operators behind the input x, each with the constants that it takes besides. */
function chain(steps: readonly Step[], ends = 1) {
  const initializers = steps.flatMap(([, ...constants], at) =>
    constants.map((given, i) => {
      const values = [given].flat();
      const dims = typeof given === 'number' ? [] : [1, values.length, 1, 1];
      return makeTensor(`k${at}_${i}`, DataType.FLOAT, dims, new Float32Array(values));
    }),
  );
  const nodes = steps.map(([op, ...constants], at) =>
    makeNode({
      op,
      inputs: [at === 0 ? 'x' : `v${at - 1}`, ...constants.map((_, i) => `k${at}_${i}`)],
      outputs: [`v${at}`],
    }),
  );
  const conv = (i: number, from: string) => makeNode({ op: 'Conv', inputs: [from, 'w'], outputs: [`y${i}`] });
  const last = conv(0, steps.length === 0 ? 'x' : `v${steps.length - 1}`);
  const more = ends > 1 ? [conv(1, 'x')] : [];
  return buildModel({
    nodes: [...nodes, last, ...more],
    initializers: [...initializers, counting('w', [1, 3, 1, 1])],
    inputs: { x: [1, 3, 4, 4] },
    outputs: { y0: [1, 1, 4, 4], ...(ends > 1 && { y1: [1, 1, 4, 4] }) },
  });
}

it.each<[string, string | undefined, readonly Step[], number?]>([
  ['a factor', 'v0', [['Mul', 1 / 255]]],
  ['a divisor', 'v0', [['Div', 255]]],
  ['means of channels', 'v0', [['Sub', [123.7, 116.8, 103.9]]]],
  ['means that are added', 'v0', [['Add', [-123.7, -116.8, -103.9]]]],
  ['a divisor behind what keeps values', 'v2', [['Identity'], ['Transpose'], ['Div', 127.5]]],
  [
    'means that show behind a divisor',
    'v1',
    [
      ['Div', 40],
      ['Sub', 3],
    ],
  ],
  ['a normalization', 'v0', [['BatchNormalization', [1, 1, 1], [0, 0, 0], [120, 110, 100], [1, 1, 1]]]],
  [
    'means of 0 to 1',
    undefined,
    [
      ['Sub', [0.485, 0.456, 0.406]],
      ['Div', [0.229, 0.224, 0.225]],
    ],
  ],
  [
    '2x - 1',
    undefined,
    [
      ['Mul', 2],
      ['Sub', 1],
    ],
  ],
  [
    'a factor of 255, and back',
    undefined,
    [
      ['Mul', 255],
      ['Div', 255],
    ],
  ],
  ['a divisor behind a computation', undefined, [['Relu'], ['Div', 255]]],
  ['nothing', undefined, []],
  ['a divisor in one of two branches', undefined, [['Div', 255]], 2],
])('tells by which node a model scales pixels itself: %s', (_, scaledBy, steps, ends) => {
  expect(interfaceOf(chain(steps, ends)).inputs[0]?.scaledBy).toBe(scaledBy);
});
