import { quantize, seededRandom, type QuantizedTensor } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import {
  createAttribute,
  createFunction,
  createOperatorSet,
  DataType,
  type FunctionProto,
  type NodeProto,
  serializeModel,
} from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildGraph, buildProto } from './helpers/build-model.js';
import { caught } from './helpers/caught.js';
import { decodedModel, watched } from './helpers/decoded-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise, runModel } from './helpers/run-model.js';

const size = 64;

const constant = (name: string): NodeProto => {
  const random = seededRandom(name.length);
  const values = Float32Array.from({ length: size * size }, () => 2 * random() - 1);
  const tensor = makeTensor('', DataType.FLOAT, [size, size], values);
  return makeNode({ op: 'Constant', inputs: [], outputs: [name], attributes: { value: { tensor } } });
};

const node = (op: string, inputs: string[], output: string, domain?: string) =>
  makeNode({ op, inputs, outputs: [output], ...(domain === undefined ? {} : { domain }) });

function fn(name: string, nodes: NodeProto[], more: Partial<FunctionProto> = {}): FunctionProto {
  const opsetImport = [createOperatorSet('', 17), createOperatorSet('local', 1)];
  const made = createFunction({
    name,
    domain: 'local',
    input: ['x'],
    output: ['y'],
    node: nodes,
    opsetImport,
  });
  return Object.assign(made, more);
}

/** y = F(F(x)), where F(x) = relu(x · w), and relu is another function. */
const dense = () =>
  fn('Dense', [constant('w'), node('MatMul', ['x', 'w'], 'h'), node('Act', ['h'], 'y', 'local')]);
const act = () => fn('Act', [node('Relu', ['x'], 'y')]);
const calls = [node('Dense', ['x'], 'h', 'local'), node('Dense', ['h'], 'y', 'local')];

function modelOf(functions: FunctionProto[], nodes: readonly NodeProto[] = calls): Uint8Array {
  const graph = buildGraph({ nodes, inputs: { x: [2, size] }, outputs: { y: [2, size] } });
  const proto = buildProto(graph, { domains: { local: 1 } });
  proto.functions = functions;
  return serializeModel(proto, 'test');
}

describe('weights in functions of the model', () => {
  test('are found once, under the name of the function', () => {
    const { sites, layers } = describeModel(readModel(modelOf([dense(), act()])));
    expect(sites.map(({ id }) => id)).toEqual(['Dense/w']);
    expect(layers.map(({ id }) => id)).toEqual([
      'Dense_0',
      'Dense_1',
      'Dense/MatMul_1',
      'Dense/Act_2',
      'Act/Relu_0',
    ]);
    expect(layers[0]!.skipped[0]!.reason).toBe(skipReasons.localFunction);
  });

  test.each([
    ['speed', 8, 'channel', 'Cast→Sub→Mul'],
    ['speed', 4, 'channel', 'planar 4-bit→Sub→Mul'],
    ['memory', 8, 'channel', 'DequantizeLinear'],
    ['memory', 4, 'group:32', 'MatMulNBits'],
    // A Constant node of opset 17 holds no 4 bits.
    ['memory', 4, 'channel', 'DequantizeLinear'],
  ] as const)('are quantized for %s with %d bits per %s', async (optimize, bits, granularity, form) => {
    const bytes = modelOf([dense(), act()]);
    const port = onnx(bytes, { optimize });
    const { model, report } = await quantize(port, { weights: plainMinMax, bits, granularity });
    expect(report.weights.map((row) => [row.id, row.form])).toEqual([['Dense/w', form]]);
    expect(model.bytes.length).toBeLessThan(
      bytes.length / (bits === 8 || form === 'DequantizeLinear' ? 2.5 : 3.5),
    );
    const feeds = { x: noise([2, size], seededRandom(3)) };
    const [before, after] = [await runModel(bytes, feeds), await runModel(model.bytes, feeds)];
    const largest = Math.max(...before.get('y')!);
    before.get('y')!.forEach((value, i) => {
      expect(Math.abs(value - after.get('y')![i]!)).toBeLessThan((bits === 8 ? 0.02 : 0.3) * largest);
    });
  });

  test.each(['speed', 'memory'] as const)(
    'are quantized where callers pass them, for %s',
    async (optimize) => {
      const product = fn('Product', [node('MatMul', ['a', 'b'], 'y')], { input: ['a', 'b'] });
      const layer = fn(
        'Layer',
        [node('Product', ['x', 'weight'], 'h', 'local'), node('Act', ['h'], 'y', 'local')],
        {
          input: ['x', 'weight'],
        },
      );
      const nodes = [
        constant('w'),
        constant('turned'),
        node('Transpose', ['turned'], 'back'),
        node('Layer', ['x', 'w'], 'h', 'local'),
        node('Layer', ['h', 'back'], 'i', 'local'),
        node('Layer', ['i', 'w'], 'y', 'local'),
      ];
      const bytes = modelOf([layer, product, act()], nodes);
      const weights = new Map<string, QuantizedTensor>();
      const port = watched(onnx(bytes, { optimize }), weights);
      const { model, report } = await quantize(port, { weights: plainMinMax, bits: 4 });
      expect(report.weights.map(({ id, shape }) => [id, shape])).toEqual([
        ['w', [size, size]],
        ['turned', [size, size]],
      ]);
      expect(model.bytes.length).toBeLessThan(bytes.length / 4);
      const feeds = { x: noise([2, size], seededRandom(3)) };
      const expected = await runModel(decodedModel(bytes, weights), feeds);
      const actual = (await runModel(model.bytes, feeds)).get('y')!;
      const largest = Math.max(...expected.get('y')!);
      expected
        .get('y')!
        .forEach((value, i) => expect(Math.abs(value - actual[i]!)).toBeLessThan(1e-5 * largest));
    },
  );

  test('that no operator takes directly are named', () => {
    const other = fn('Other', [node('Mul', ['x', 'b'], 'y')], { input: ['x', 'b'] });
    const { sites, layers } = describeModel(
      readModel(modelOf([other], [constant('w'), node('Other', ['x', 'w'], 'y', 'local')])),
    );
    expect(sites).toEqual([]);
    expect(layers[0]!.skipped[0]!.reason).toBe(skipReasons.functionArgument);
  });

  test('are seen with the operator sets of the function', () => {
    const old = dense();
    old.opsetImport = [createOperatorSet('', 6), createOperatorSet('local', 1)];
    const { sites, layers } = describeModel(readModel(modelOf([old, act()])));
    expect(sites).toEqual([]);
    expect(layers[2]!.skipped[0]!.reason).toBe(skipReasons.oldOpset(6));
  });

  test('with attributes of the caller are left alone', () => {
    const gemm = node('Gemm', ['x', 'w'], 'y');
    gemm.attribute = [createAttribute({ name: 'transB', refAttrName: 'flag' })];
    const body = fn('Dense', [constant('w'), gemm], { attribute: ['flag'] });
    const call = makeNode({
      op: 'Dense',
      domain: 'local',
      inputs: ['x'],
      outputs: ['y'],
      attributes: { flag: 1 },
    });
    const { sites, layers } = describeModel(readModel(modelOf([body], [call])));
    expect(sites).toEqual([]);
    expect(layers[1]!.skipped[0]!.reason).toBe(skipReasons.functionAttribute);
  });
});

describe('functions that are refused', () => {
  const loop = fn('Act', [node('Dense', ['x'], 'y', 'local')]);
  const twoInputs = makeNode({ op: 'Act', domain: 'local', inputs: ['x', 'x'], outputs: ['y'] });
  const twoOutputs = makeNode({ op: 'Act', domain: 'local', inputs: ['x'], outputs: ['y', 'z'] });
  test.each<[string, FunctionProto[], readonly NodeProto[], string]>([
    ['need themselves', [dense(), loop], calls, 'graph-cyclic'],
    ['are defined twice', [dense(), act(), act()], calls, 'graph-invalid'],
    ['use what nothing defines', [fn('Act', [node('Relu', ['w'], 'y')])], [twoInputs], 'graph-invalid'],
    ['lack an output', [fn('Act', [node('Relu', ['x'], 'z')])], [twoInputs], 'graph-invalid'],
    ['are called with too many inputs', [act()], [twoInputs], 'graph-invalid'],
    ['are called with too many outputs', [act()], [twoOutputs], 'graph-invalid'],
    [
      'lack an attribute',
      [fn('Act', act().node, { attribute: ['a'] })],
      [node('Act', ['x'], 'y', 'local')],
      'graph-invalid',
    ],
  ])('those that %s', (_, functions, nodes, code) => {
    expect(caught(() => readModel(modelOf(functions, nodes))).code).toBe(code);
  });
});
