import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { readModel } from '../src/read/read-model.js';
import {
  createFunction,
  createOperatorSet,
  DataType,
  type FunctionProto,
  type NodeProto,
  serializeModel,
} from '../src/schema/proto.js';
import { buildGraph, buildProto } from './helpers/build-model.js';
import { halved } from './helpers/halved.js';
import { decibels } from './helpers/outputs.js';
import { noise, runModel } from './helpers/run-model.js';

const size = 64;
const random = seededRandom(17);

const constant = (name: string): NodeProto => {
  const values = Float32Array.from({ length: size * size }, () => 0.2 * (2 * random() - 1));
  const tensor = makeTensor('', DataType.FLOAT, [size, size], values);
  return makeNode({ op: 'Constant', inputs: [], outputs: [name], attributes: { value: { tensor } } });
};
const node = (op: string, inputs: string[], output: string, domain?: string) =>
  makeNode({ op, inputs, outputs: [output], ...(domain === undefined ? {} : { domain }) });

const fn = (name: string, nodes: NodeProto[], outputs = ['y']): FunctionProto =>
  createFunction({
    name,
    domain: 'local',
    input: ['x'],
    output: outputs,
    node: nodes,
    opsetImport: [createOperatorSet('', 17), createOperatorSet('local', 1)],
  });

function modelOf(functions: FunctionProto[], nodes: readonly NodeProto[]): Uint8Array {
  const graph = buildGraph({ nodes, inputs: { x: [4, size] }, outputs: { y: [4, size] } });
  const proto = buildProto(graph, { domains: { local: 1 } });
  proto.functions = functions;
  return serializeModel(proto, 'test');
}

async function kept(bytes: Uint8Array, half: Uint8Array): Promise<number> {
  const feeds = { x: noise([4, size], random) };
  const [expected, actual] = [await runModel(bytes, feeds), await runModel(half, feeds)];
  return decibels(expected.get('y') as Float32Array, actual.get('y') as Float32Array);
}

const dense = () =>
  fn('Dense', [constant('w'), node('MatMul', ['x', 'w'], 'h'), node('Act', ['h'], 'y', 'local')]);
const act = () => fn('Act', [node('LeakyRelu', ['x'], 'y')]);
const twice = [node('Dense', ['x'], 'h', 'local'), node('Dense', ['h'], 'y', 'local')];

test('functions compute in float16, with float32 around them', async () => {
  const bytes = modelOf([dense(), act()], twice);
  const { bytes: half, report } = await halved(bytes);
  expect(report).toMatchObject({ nodes: 2, kept: [] });
  const [first] = readModel(half).proto.functions;
  expect(first?.node.map(({ opType }) => opType)).toEqual(['Constant', 'Cast', 'MatMul', 'Cast', 'Act']);
  expect(first?.node[0]?.attribute[0]?.t?.dataType).toBe(DataType.FLOAT16);
  expect(half.length).toBeLessThan(0.6 * bytes.length);
  expect(await kept(bytes, half)).toBeGreaterThan(55);
  expect((await halved(half)).bytes).toEqual(half);
});

test('what a function gives may be beyond the range, for itself too where it is called twice', async () => {
  const squares = fn('Square', [node('Mul', ['x', 'x'], 'y')]);
  const nodes = [
    node('Dense', ['x'], 'a', 'local'),
    node('Square', ['a'], 'b', 'local'),
    node('Dense', ['b'], 'c', 'local'),
    node('Tanh', ['c'], 'y'),
  ];
  const { report } = await halved(modelOf([dense(), act(), squares], nodes));
  expect(report.nodes).toBe(0);
  expect(report.kept.map(({ operator }) => operator)).toEqual(['MatMul', 'LeakyRelu', 'Mul', 'Tanh']);
});

test('a function that is called with values of several types stays as it is', async () => {
  const nodes = [
    makeNode({ op: 'Cast', inputs: ['x'], outputs: ['d'], attributes: { to: DataType.DOUBLE } }),
    node('Act', ['d'], 'e', 'local'),
    makeNode({ op: 'Cast', inputs: ['e'], outputs: ['f'], attributes: { to: DataType.FLOAT } }),
    node('Act', ['f'], 'y', 'local'),
  ];
  const bytes = modelOf([act()], nodes);
  expect((await halved(bytes)).report.nodes).toBe(0);
  const other = modelOf([act()], [node('Act', ['x'], 'h', 'local'), ...nodes.map((one) => one)]);
  const { bytes: half, report } = await halved(other);
  expect(report.nodes).toBe(0);
  expect(await kept(other, half)).toBe(Infinity);
});

test('a function that is called in a loop stays float32, and so does one that is named', async () => {
  const body = buildGraph({
    nodes: [node('Identity', ['go'], 'still'), node('Dense', ['h'], 'next', 'local')],
    inputs: { step: [], go: [], h: [4, size] },
    outputs: { still: [], next: [4, size] },
    types: { step: DataType.INT64, go: DataType.BOOL, still: DataType.BOOL },
  });
  const times = makeNode({
    op: 'Constant',
    inputs: [],
    outputs: ['times'],
    attributes: { value: { tensor: makeTensor('', DataType.INT64, [], [2]) } },
  });
  const loop = makeNode({
    op: 'Loop',
    inputs: ['times', '', 'x'],
    outputs: ['y'],
    attributes: { body: { graph: body } },
  });
  const bytes = modelOf([dense(), act()], [times, loop]);
  const { bytes: half, report } = await halved(bytes);
  expect(report.nodes).toBe(0);
  expect(await kept(bytes, half)).toBeGreaterThan(55);
  const named = await halved(modelOf([dense(), act()], twice), { keep: ['Dense'] });
  expect(named.report.kept.map(({ reason }) => reason)).toContain('asked for, with its function');
  expect(named.report.nodes).toBe(1);
});
