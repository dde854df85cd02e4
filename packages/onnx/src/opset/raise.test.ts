import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { buildGraph, buildModel, buildProto } from '../../test/helpers/build-model.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { makeNode, type NodeParts } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { modelEditor } from '../graph/model-editor.js';
import { checkGraph } from '../model/check-graph.js';
import { writeModel } from '../model/write-model.js';
import { readModel } from '../read/read-model.js';
import {
  createFunction,
  createOperatorSet,
  DataType,
  type NodeProto,
  serializeModel,
} from '../schema/proto.js';
import { dynamicOpset, integerOpset } from '../target/versions.js';
import { obstacle, opsetRefusal, raiseOpset } from './raise.js';

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
  const editor = modelEditor(model, { order: checkGraph(model.proto, model.name) });
  const raised = raiseOpset(model, editor, integerOpset);
  editor.apply();
  expect(raised.opset).toBe(10);
  expect(await runModel(writeModel(raised), feeds)).toEqual(before);
});

test('newer models are not touched', () => {
  const model = sliced(9);
  const newer = { ...model, opset: 11 };
  expect(opsetRefusal(newer, dynamicOpset)).toBeUndefined();
  expect(raiseOpset(newer, modelEditor(model), dynamicOpset)).toBe(newer);
});

const attributes = (opset: number) =>
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
      inputs: { x: [4, 2, 5] },
      outputs: { y: [4, 2, 8] },
    },
    { opset, ir: opset < 9 ? 3 : 4 },
  );

test.each([7, 8, 9, 10])('attributes that became inputs become inputs from opset %i', async (opset) => {
  const model = attributes(opset);
  const feeds = { x: noise([4, 2, 5], seededRandom(1)) };
  const before = await runModel(writeModel(model), feeds);
  expect(opsetRefusal(model, dynamicOpset)).toBeUndefined();
  const editor = modelEditor(model, { order: checkGraph(model.proto, model.name) });
  const raised = raiseOpset(model, editor, dynamicOpset);
  editor.apply();
  expect(raised.opset).toBe(11);
  expect(await runModel(writeModel(raised), feeds)).toEqual(before);
});

/** A model whose one operator takes a value of `type`, which it clips. */
const clipped = (type: DataType) =>
  buildModel(
    {
      nodes: [
        makeNode({ op: 'Relu', inputs: ['x'], outputs: ['r'] }),
        makeNode({ op: 'Clip', inputs: ['r'], outputs: ['y'], attributes: { max: { float: 0.1 } } }),
      ],
      inputs: { x: [2, 2] },
      types: { x: type, y: type },
      outputs: { y: [2, 2] },
    },
    { opset: 10 },
  );

test('floats become inputs of the type of the others', () => {
  const model = clipped(DataType.FLOAT16);
  expect(opsetRefusal(model, dynamicOpset)).toBeUndefined();
  const editor = modelEditor(model);
  raiseOpset(model, editor, dynamicOpset);
  editor.apply();
  expect(model.proto.graph!.initializer.map(({ dataType }) => dataType)).toEqual([DataType.FLOAT16]);
});

test('floats do not become inputs where no constant of their type is written', () => {
  expect(opsetRefusal(clipped(DataType.DOUBLE), dynamicOpset)).toContain(
    'Clip cannot be raised to it: the type of floats that it takes is not known',
  );
  expect(opsetRefusal(clipped(DataType.DOUBLE), integerOpset)).toBeUndefined();
});

/** One operator on what an operator of somebody's own gives, of which nothing is known. */
const one = (opset: number, node: NodeParts) =>
  buildModel(
    {
      nodes: [
        makeNode({ op: 'Own', domain: 'own', inputs: ['x'], outputs: ['u'] }),
        makeNode(node),
        ...node.outputs
          .slice(1)
          .map((name) => makeNode({ op: 'Relu', inputs: [name], outputs: [`${name}_taken`] })),
      ],
      initializers: [
        makeTensor('grows', DataType.FLOAT, [2], [2, 0.5]),
        makeTensor('pair', DataType.FLOAT, [2], [1, 2]),
      ],
      inputs: { x: [2, 2], k: [1] },
      outputs: { y: [2, 2] },
    },
    { opset, domains: { own: 1 } },
  );

const attributesOf = (attributes: NodeParts['attributes']) => ({ attributes: attributes! });

test.each<[string, number, Omit<NodeParts, 'op' | 'outputs'> & { outputs?: string[] }, number, string]>([
  ['Add', 6, { inputs: ['u', 'k'], ...attributesOf({ broadcast: 1, axis: 0 }) }, 7, 'how many axes'],
  ['Add', 6, { inputs: ['x', 'u'], ...attributesOf({ broadcast: 1, axis: 0 }) }, 7, 'how many axes'],
  ['PRelu', 6, { inputs: ['u', 'pair'] }, 7, 'how many axes'],
  ['PRelu', 6, { inputs: ['x', 'u'] }, 7, 'how many axes'],
  ['BatchNormalization', 6, { inputs: ['x'], outputs: ['y', 'mean'] }, 7, 'its statistics are used'],
  ['Cast', 5, { inputs: ['x'], ...attributesOf({ to: 'REAL' }) }, 7, 'it makes REAL, which is no type'],
  ['LpPool', 1, { inputs: ['x'], ...attributesOf({ p: { float: 1.5 } }) }, 7, 'its power 1.5 is no integer'],
  ['Split', 1, { inputs: ['x', 'u'] }, 7, 'the lengths of its parts are computed'],
  ['Tile', 1, { inputs: ['x', 'u', 'u'] }, 7, 'how often it repeats which axis is computed'],
  ['Tile', 1, { inputs: ['u', 'pair', 'pair'] }, 7, 'how many axes its input has'],
  ['Scan', 8, { inputs: ['', 'x'] }, integerOpset, 'it takes batches'],
  ['GRUUnit', 6, { inputs: ['x'] }, integerOpset, 'does not have it any more'],
  ['LoopIndexTensor', 1, { inputs: ['x', 'k'] }, 7, 'does not have it any more'],
  ['Resize', 10, { inputs: ['x', 'u'] }, dynamicOpset, 'its scales are computed when it runs'],
  ['Resize', 10, { inputs: ['x', 'grows'] }, dynamicOpset, 'it shrinks some axes and stretches others'],
])('%s of opset %i that has no equal is refused with the reason', (op, opset, parts, needed, reason) => {
  const model = one(opset, { op, outputs: ['y'], ...parts });
  expect(obstacle(model, needed)?.node.opType).toBe(op);
  expect(opsetRefusal(model, needed)).toContain(`${op} cannot be raised to it: `);
  expect(opsetRefusal(model, needed)).toContain(reason);
});

test('attributes that the caller of a function gives are not rewritten', () => {
  const proto = buildProto(
    buildGraph({
      nodes: [
        makeNode({
          op: 'Bounded',
          domain: 'own',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { most: { float: 1 } },
        }),
      ],
      inputs: { x: [2] },
      outputs: { y: [2] },
    }),
    { opset: 10, domains: { own: 1 } },
  );
  const clip = makeNode({ op: 'Clip', inputs: ['a'], outputs: ['b'], attributes: { max: { float: 0 } } });
  const bounded = (node: NodeProto) =>
    createFunction({
      name: 'Bounded',
      domain: 'own',
      input: ['a'],
      output: ['b'],
      attribute: ['most'],
      opsetImport: [createOperatorSet('', 10)],
      node: [node],
    });
  proto.functions = [bounded(clip)];
  const model = () => readModel(serializeModel(proto, 'test'), 'test');
  expect(opsetRefusal(model(), dynamicOpset)).toBeUndefined();
  const raised = model();
  const editor = modelEditor(raised);
  raiseOpset(raised, editor, dynamicOpset);
  editor.apply();
  const [fn] = raised.proto.functions;
  expect(fn!.opsetImport.map(({ version }) => Number(version))).toEqual([11]);
  expect(fn!.node.map(({ opType, input }) => [opType, input.length])).toEqual([
    ['Constant', 0],
    ['Clip', 3],
  ]);
  clip.attribute[0]!.refAttrName = 'most';
  expect(opsetRefusal(model(), dynamicOpset)).toContain(
    'whoever calls the function around it gives its attributes',
  );
});

test('what changed before or after is no obstacle, and the reason names what came with the version', () => {
  const topK: NodeParts = { op: 'TopK', inputs: ['x', 'k'], outputs: ['y', 'z'] };
  expect(opsetRefusal(one(10, topK), dynamicOpset)).toBeUndefined();
  const resize: NodeParts = { op: 'Resize', inputs: ['x', 'k'], outputs: ['y'] };
  expect(opsetRefusal(one(10, resize), integerOpset)).toBeUndefined();
  expect(opsetRefusal(one(10, resize), dynamicOpset)).toContain(
    'the operator set 10 has no DynamicQuantizeLinear (which came with 11)',
  );
});
