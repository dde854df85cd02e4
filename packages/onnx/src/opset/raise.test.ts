import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { buildModel } from '../../test/helpers/build-model.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { makeNode, type NodeParts } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { openGraph } from '../graph/model-editor.js';
import { checkGraph } from '../model/check-graph.js';
import { writeModel } from '../model/write-model.js';
import { DataType } from '../schema/proto.js';
import { dynamicOpset, integerOpset } from '../target/versions.js';
import { opsetRefusal, raiseOpset } from './raise.js';

const sliced = (opset: number) =>
  buildModel(
    {
      nodes: [
        makeNode({
          op: 'Slice',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { starts: [1, -3], ends: [9, -1], axes: [0, 2] },
        }),
      ],
      inputs: { x: [4, 2, 5] },
      outputs: { y: [3, 2, 2] },
    },
    { opset },
  );

test('a model of opset 9 is raised to 10, and its slices stay the same', async () => {
  const model = sliced(9);
  const feeds = { x: noise([4, 2, 5], seededRandom(1)) };
  const before = await runModel(writeModel(model), feeds);
  expect(opsetRefusal(model, integerOpset)).toBeUndefined();
  const graph = openGraph(model, checkGraph(model.proto, model.name));
  const raised = raiseOpset(model, graph, integerOpset);
  graph.apply();
  expect(raised.opset).toBe(10);
  expect(await runModel(writeModel(raised), feeds)).toEqual(before);
});

test('newer models are not touched', () => {
  const model = sliced(9);
  const newer = { ...model, opset: 11 };
  expect(opsetRefusal(newer, dynamicOpset)).toBeUndefined();
  expect(raiseOpset(newer, openGraph(model, checkGraph(model.proto, model.name)), dynamicOpset)).toBe(newer);
});

const attributes = (opset: number, type = DataType.FLOAT) =>
  buildModel(
    {
      nodes: [
        makeNode({
          op: 'BatchNormalization',
          inputs: ['x', 'gain', 'shift', 'mean', 'variance'],
          outputs: ['normal'],
          attributes: opset < 9 ? { spatial: 1 } : {},
        }),
        makeNode({
          op: 'Pad',
          inputs: ['normal'],
          outputs: ['wide'],
          attributes: { pads: [0, 0, 1, 0, 0, 2], value: { float: 0.5 }, mode: 'constant' },
        }),
        makeNode({
          op: 'Clip',
          inputs: ['wide'],
          outputs: ['y'],
          attributes: { max: { float: 0.75 }, min: { float: -0.25 } },
        }),
      ],
      initializers: ['gain', 'shift', 'mean', 'variance'].map((name, at) =>
        makeTensor(name, DataType.FLOAT, [2], [at / 3 + 0.5, 1]),
      ),
      inputs: { x: [4, 2, 5], ...(type === DataType.FLOAT ? {} : { unused: [1] }) },
      types: { unused: type },
      outputs: { y: [4, 2, 8] },
    },
    { opset, ir: opset < 9 ? 3 : 4 },
  );

test.each([7, 8, 9, 10])('attributes that became inputs become inputs from opset %i', async (opset) => {
  const model = attributes(opset);
  const feeds = { x: noise([4, 2, 5], seededRandom(1)) };
  const before = await runModel(writeModel(model), feeds);
  expect(opsetRefusal(model, dynamicOpset)).toBeUndefined();
  const graph = openGraph(model, checkGraph(model.proto, model.name));
  const raised = raiseOpset(model, graph, dynamicOpset);
  graph.apply();
  expect(raised.opset).toBe(11);
  expect(await runModel(writeModel(raised), feeds)).toEqual(before);
});

test('floats do not become inputs where types are not known', () => {
  expect(opsetRefusal(attributes(10, DataType.FLOAT16), dynamicOpset)).toContain('the type that Pad takes');
  expect(opsetRefusal(attributes(9, DataType.FLOAT16), integerOpset)).toBeUndefined();
});

const one = (opset: number, node: NodeParts) =>
  buildModel({ nodes: [makeNode(node)], inputs: { x: [2, 2], k: [1] }, outputs: { y: [2, 2] } }, { opset });

test.each<[string, number, NodeParts, number]>([
  ['Upsample', 9, { op: 'Upsample', inputs: ['x', 'k'], outputs: ['y'] }, integerOpset],
  ['Upsample', 7, { op: 'Upsample', inputs: ['x', 'k'], outputs: ['y'] }, integerOpset],
  ['TopK', 9, { op: 'TopK', inputs: ['x'], outputs: ['y', 'z'] }, integerOpset],
  ['Dropout', 9, { op: 'Dropout', inputs: ['x'], outputs: ['y', 'mask'] }, integerOpset],
  ['Resize', 10, { op: 'Resize', inputs: ['x', 'k'], outputs: ['y'] }, dynamicOpset],
  ['Scatter', 9, { op: 'Scatter', inputs: ['x', 'k', 'x'], outputs: ['y'] }, dynamicOpset],
  [
    'BatchNormalization',
    8,
    { op: 'BatchNormalization', inputs: ['x'], outputs: ['y'], attributes: { spatial: 0 } },
    integerOpset,
  ],
])(
  '%s of opset %i, which means something else later, is refused with the reason',
  (op, opset, node, needed) => {
    expect(opsetRefusal(one(opset, node), needed)).toContain(`${op} means something else at ${needed}`);
  },
);

test('what changed before or after is no obstacle, and the reason names what came with the version', () => {
  const topK: NodeParts = { op: 'TopK', inputs: ['x', 'k'], outputs: ['y', 'z'] };
  expect(opsetRefusal(one(10, topK), dynamicOpset)).toBeUndefined();
  expect(opsetRefusal(one(9, topK), dynamicOpset)).toContain(
    'the operator set 9 has no DynamicQuantizeLinear (which came with 11)',
  );
  const resize: NodeParts = { op: 'Resize', inputs: ['x', 'k'], outputs: ['y'] };
  expect(opsetRefusal(one(9, resize), integerOpset)).toBeUndefined();
});
