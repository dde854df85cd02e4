import { quantize, type Quantizer, type Recipe } from '@lowbit/core';
import type { NormalDistribution, Ops } from '@lowbit/core/adapter';
import { bnn, horq, hwgq, minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, readModel, type OnnxOptions } from '../src/index.js';
import { DataType, type NodeProto } from '../src/schema/proto.js';
import { makeNode, type NodeParts } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, buildGraph, counting, type GraphParts } from './helpers/build-model.js';
import { plainAbsmax, plainDynamic, plainRange } from './helpers/plain-quantizers.js';
import { runModel } from './helpers/run-model.js';

const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: NodeParts['attributes'] = {},
): NodeProto => makeNode({ op, inputs, outputs: [output], attributes });

const network = (
  nodes: readonly NodeProto[],
  initializers: GraphParts['initializers'],
  outputs: readonly string[],
  versions = {},
) =>
  buildBytes(
    {
      nodes,
      initializers: initializers!,
      inputs: { x: ['n', 4, 'h', 'w'] },
      outputs: Object.fromEntries(outputs.map((name) => [name, ['n', 4, 'h2', 'w2']])),
    },
    versions,
  );

async function quantized(bytes: Uint8Array, recipe: Recipe, options: OnnxOptions = {}) {
  const { model, report } = await quantize(onnx(bytes, options), {
    weights: plainAbsmax,
    bits: 8,
    ...recipe,
  });
  const { node: nodes } = readModel(model.bytes).proto.graph!;
  const count = (op: string) => nodes.filter(({ opType }) => opType === op).length;
  return {
    count,
    nodes,
    report,
    reason: (id: string) => report.weights.find((row) => row.id === id)!.storageReason,
  };
}

const horqRecipe: Recipe = { activations: horq(), activationBits: 2 };

describe('a value that several operators take', () => {
  const pads = { pads: [1, 1, 1, 1] };
  const bytes = network(
    [
      node('Conv', ['x', 'a'], 'y_a', pads),
      node('Conv', ['x', 'b'], 'y_b', pads),
      node('Conv', ['x', 'c'], 'y_c', { ...pads, strides: [2, 2] }),
      node('Relu', ['x'], 'y_d'),
    ],
    ['a', 'b', 'c'].map((name) => counting(name, [4, 4, 3, 3])),
    ['y_a', 'y_b', 'y_c', 'y_d'],
  );

  test('is one site, quantized once for operators with the same window', async () => {
    const layers = await onnx(bytes).layers();
    expect(layers.map(({ sites }) => sites.map(({ id }) => id))).toEqual([['x'], ['x'], ['x'], []]);
    const whole = await quantized(bytes, { activations: bnn(), activationBits: 1 });
    expect(whole.count('Less')).toBe(1);
    const { count, nodes } = await quantized(bytes, horqRecipe);
    // Two windows, two planes each; a gathering convolution for each window.
    expect(count('Less')).toBe(4);
    expect(count('Conv')).toBe(5);
    expect(nodes.find(({ opType }) => opType === 'Relu')?.input).toEqual(['x']);
  });

  test('stays float for operators whose weights do', async () => {
    const { nodes, report } = await quantized(bytes, { ...horqRecipe, exclude: ['a'] });
    expect(nodes.find(({ output }) => output[0] === 'y_a')?.input[0]).toBe('x');
    expect(nodes.find(({ output }) => output[0] === 'y_b')?.input[0]).not.toBe('x');
    expect(report.activations?.map(({ id }) => id)).toEqual(['x']);
  });
});

describe('the distribution that batch normalization gives', () => {
  const normalized = (behind: readonly NodeProto[], scale = [2, -1, 1, 2]) =>
    network(
      [
        node('BatchNormalization', ['x', 'scale', 'shift', 'mean', 'variance'], 'n'),
        ...behind,
        node('Conv', [behind.at(-1)?.output[0] ?? 'n', 'w'], 'y'),
      ],
      [
        makeTensor('scale', DataType.FLOAT, [4], scale),
        makeTensor('shift', DataType.FLOAT, [4], [1, 1, 1, -1]),
        ...['mean', 'variance'].map((name) => makeTensor(name, DataType.FLOAT, [4], [3, 4, 5, 6])),
        counting('w', [16, 4, 3, 3]),
      ],
      ['y'],
    );
  const relu = node('Relu', ['n'], 'r');

  const normalOf = async (bytes: Uint8Array, options: OnnxOptions = {}) => {
    const layers = await onnx(bytes, options).layers();
    return layers.flatMap(({ sites }) => sites.map(({ normal }) => normal))[0];
  };

  test.each([
    ['itself', []],
    ['Relu', [relu]],
    ['Relu and MaxPool', [relu, node('MaxPool', ['r'], 'p', { kernel_shape: [2, 2] })]],
    ['Identity and Clip', [node('Identity', ['n'], 'i'), node('Clip', ['i'], 'c')]],
  ])('is known behind %s', async (_, behind) => {
    const { mean, deviation } = (await normalOf(normalized(behind))) as NormalDistribution;
    expect(mean).toBeCloseTo(0.5);
    // E[x²] = (4 + 1 + 1 + 4) / 4 + 1.
    expect(deviation).toBeCloseTo(Math.sqrt(3.5 - 0.25));
  });

  test('is not known behind other operators, and where nothing varies', async () => {
    expect(await normalOf(normalized([node('Sigmoid', ['n'], 's')]))).toBeUndefined();
    expect(
      await normalOf(network([node('Conv', ['x', 'w'], 'y')], [counting('w', [4, 4, 1, 1])], ['y'])),
    ).toBeUndefined();
    const constant = normalized([], [0, 0, 0, 0]);
    expect((await normalOf(constant))?.deviation).toBeCloseTo(Math.sqrt(0.75));
  });

  test('is enough for methods that expect it', async () => {
    const { reason, report } = await quantized(normalized([relu]), {
      activations: hwgq(),
      activationBits: 2,
    });
    expect(reason('w')).toContain('its input is quantized to 2 bits by hwgq');
    expect(reason('w')).toContain('levels from batch normalization');
    const { parameters } = report.activations![0]!.fitted!;
    expect(parameters).toMatchObject({ kind: 'codebook' });
    await expect(quantized(normalized([relu]), { activations: minMax() })).rejects.toMatchObject({
      code: 'calibration-missing',
    });
  });

  test('is read before it is folded for integers', async () => {
    const wide = network(
      [
        node('Conv', ['x', 'v'], 'c', { pads: [1, 1, 1, 1] }),
        node('BatchNormalization', ['c', 'scale', 'shift', 'mean', 'variance'], 'n'),
        relu,
        node('Conv', ['r', 'w'], 'y', { pads: [1, 1, 1, 1] }),
      ],
      [
        counting('v', [64, 4, 3, 3]),
        ...['scale', 'shift', 'mean', 'variance'].map((name) => counting(name, [64])),
        counting('w', [64, 64, 3, 3]),
      ],
      ['y'],
    );
    const layers = await onnx(wide, { integers: 'operators' }).layers();
    expect(layers.map(({ op }) => op)).not.toContain('BatchNormalization');
    const site = layers.flatMap(({ sites }) => sites).find(({ id }) => id === 'r');
    expect(site?.normal?.mean).toBeCloseTo(31.5);
  });
});

describe('what is not quantized says why', () => {
  const plain = (op: string, inputs: string[], dims: readonly number[], attributes = {}, opset = 13) =>
    buildBytes(
      {
        nodes: [node(op, inputs, 'y', attributes)],
        initializers: [counting('w', dims)],
        inputs: { x: [8, 8] },
        outputs: { y: [8, 8] },
      },
      { opset },
    );

  test.each([
    ['an old operator set', plain('MatMul', ['x', 'w'], [8, 8], {}, 8), 'the operator set 8 has no Where'],
    [
      'a constant first operand',
      plain('MatMul', ['w', 'x'], [8, 8]),
      'its first axis is not that of the patches',
    ],
    ['a transposed operand', plain('Gemm', ['x', 'w'], [8, 8], { transA: 1 }), 'its first axis is not'],
  ])('%s', async (_, bytes, why) => {
    const { reason } = await quantized(bytes, horqRecipe);
    expect(reason('w')).toContain(`its input stays float: `);
    expect(reason('w')).toContain(why);
  });

  test('a weight that passes through other operators first', async () => {
    const bytes = buildBytes({
      nodes: [node('Transpose', ['w'], 't', { perm: [1, 0] }), node('MatMul', ['x', 't'], 'y')],
      initializers: [counting('w', [8, 8])],
      inputs: { x: [8, 8] },
      outputs: { y: [8, 8] },
    });
    expect((await quantized(bytes, horqRecipe)).reason('w')).toContain('passes through other operators');
    const sample = await quantized(bytes, { activations: horq({ scope: 'sample' }), activationBits: 2 });
    expect(sample.reason('w')).toContain('each sample on its own, computed anew on every run');
  });

  test('operators of other kinds, and inside subgraphs', async () => {
    const inner = (output: string) =>
      buildGraph({ nodes: [node('MatMul', ['x', 'w'], output)], outputs: { [output]: [8, 8] } });
    const bytes = buildBytes({
      nodes: [
        makeNode({
          op: 'If',
          inputs: ['flag'],
          outputs: ['z'],
          attributes: { then_branch: { graph: inner('t') }, else_branch: { graph: inner('e') } },
        }),
        node('ConvTranspose', ['u', 'v'], 'y'),
      ],
      initializers: [counting('w', [8, 8]), counting('v', [4, 4, 3, 3])],
      inputs: { x: [8, 8], u: [1, 4, 8, 8], flag: [] },
      types: { flag: DataType.BOOL },
      outputs: { z: [8, 8], y: [1, 4, 10, 10] },
    });
    const { reason } = await quantized(bytes, horqRecipe);
    expect(reason('w')).toContain('the operator is inside a subgraph');
    expect(reason('v')).toContain('in front of Conv, Gemm and MatMul, not of ConvTranspose');
  });
});

describe('quantizers', () => {
  const bytes = network([node('Conv', ['x', 'w'], 'y')], [counting('w', [4, 4, 3, 3])], ['y']);

  test('that only integer operators compute are refused', async () => {
    await expect(quantized(bytes, { activations: plainDynamic })).rejects.toMatchObject({
      code: 'unsupported-option',
      remedy: expect.stringContaining('integers') as string,
    });
  });

  test('that measure otherwise and have no forward pass are not sent to integer operators', async () => {
    const activations: Quantizer = { ...plainDynamic, dynamic: true };
    await expect(quantized(bytes, { activations })).rejects.toMatchObject({
      code: 'unsupported-option',
      remedy: 'Give it a function forward, or take another method: integer layers cannot compute it either.',
    });
  });

  test('that throw are named', async () => {
    const broken: Quantizer = {
      ...bnn(),
      name: 'broken',
      forward: () => {
        throw new RangeError('no such level');
      },
    };
    await expect(quantized(bytes, { activations: broken, activationBits: 1 })).rejects.toMatchObject({
      code: 'plugin-failed',
      where: "site 'x', quantizer 'broken'",
      received: 'no such level',
    });
  });

  const object = 'an object that is no value of the graph';
  let kept: unknown;

  test.each<[string, (ops: never, x: unknown) => unknown, string]>([
    ['an object', () => ({}), object],
    ['an object of their own', () => ({ floats: () => 'x', booleans: () => 'x' }), object],
    ['an array', () => new Float32Array(4), object],
    ['a value of an earlier call', (_, x) => (kept ??= x), 'a value of another call'],
    ['a sum with a number', (ops: Ops<unknown>, x) => ops.add(x, 2), '2'],
    ['a choice without a mask', (ops: Ops<unknown>, x) => ops.where(true, x, x), 'true'],
  ])('that give %s are named', async (_, forward, received) => {
    const odd: Quantizer = { ...bnn(), name: 'odd', forward: forward as never };
    const recipe = { activations: odd, activationBits: 1 };
    if (received === 'a value of another call') await quantized(bytes, recipe);
    await expect(quantized(bytes, recipe)).rejects.toMatchObject({
      code: 'plugin-failed',
      where: "site 'x', quantizer 'odd'",
      expected: 'x, or a value that ops made of it',
      received,
    });
  });

  test.each<
    [string, (ops: Ops<unknown>, x: unknown, site: { parameters: { scale: unknown } }) => unknown, string]
  >([
    ['a scalar', (ops) => ops.constant(1), '[]'],
    ['a mean of rows', (ops, x) => ops.mean(x, [1]), '[2, 1]'],
    ['a mean of all', (ops, x) => ops.mean(x, [0, 1]), '[1, 1]'],
    ['a row', (ops, x) => ops.max(x, [0]), '[1, 3]'],
    ['a parameter', (_, __, { parameters }) => parameters.scale, '[1, 1]'],
  ])('that give %s in place of x are named', async (_, forward, received) => {
    const odd: Quantizer = { ...plainRange, name: 'odd', observes: 'samples', forward: forward as never };
    const calibration = await onnx(bytes, { ort }).observe!([
      { inputs: { x: { shape: [1, 4, 8, 8], data: Float32Array.from({ length: 256 }, (__, i) => i) } } },
    ]);
    const recipe = { activations: odd, activationBits: 8, calibration };
    await expect(quantized(bytes, recipe)).rejects.toMatchObject({
      code: 'plugin-failed',
      where: "site 'x', quantizer 'odd': forward",
      expected: 'a tensor of the shape of x',
      received: `a tensor of shape ${received} for x of shape [2, 3]`,
    });
  });

  test('that integer operators cannot compute are written in floats with integers too', async () => {
    const wide = buildBytes({
      nodes: [node('Conv', ['x', 'w'], 'y')],
      initializers: [counting('w', [64, 64, 3, 3])],
      inputs: { x: [1, 64, 8, 8] },
      outputs: { y: [1, 64, 6, 6] },
    });
    const options = { integers: 'operators' } as const;
    const { reason, count } = await quantized(wide, horqRecipe, options);
    expect(reason('w')).toContain('each patch on its own');
    expect(count('Less')).toBe(2);
    const range = await quantized(wide, { activations: plainDynamic }, options);
    expect(range.count('DynamicQuantizeLinear')).toBe(1);
    expect(range.reason('w')).not.toContain('in front of it');
  });

  test('work on files whose initializers are inputs too', async () => {
    const [old, recent] = [3, 8].map((ir) =>
      network([node('Conv', ['x', 'w'], 'y')], [counting('w', [4, 4, 3, 3])], ['y'], { ir }),
    );
    const x = new ort.Tensor('float32', Float32Array.from({ length: 100 }, Math.sin), [1, 4, 5, 5]);
    const outputs = [old!, recent!].map(async (model) => {
      const { model: written } = await quantize(onnx(model), {
        weights: plainAbsmax,
        bits: 8,
        ...horqRecipe,
      });
      return (await runModel(written.bytes, { x })).get('y');
    });
    expect(await outputs[0]).toEqual(await outputs[1]);
  });

  test('stand in front of weights that stay packed', async () => {
    const packed = buildBytes({
      nodes: [node('MatMul', ['x', 'w'], 'y')],
      initializers: [counting('w', [64, 32])],
      inputs: { x: ['n', 64] },
      outputs: { y: ['n', 32] },
    });
    const weights = minMax({ zeroPoint: 'integer' });
    const recipe: Recipe = { ...horqRecipe, weights, bits: 4, granularity: 'group:32' };
    const { nodes } = await quantized(packed, recipe, { optimize: 'memory' });
    const [taker] = nodes.filter(({ opType }) => opType === 'MatMulNBits');
    expect(nodes.find(({ output }) => output[0] === taker?.input[0])?.opType).toBe('Reshape');
  });

  test('give the same bytes for the same model', async () => {
    const again = async () =>
      (await quantize(onnx(bytes), { weights: plainAbsmax, ...horqRecipe })).model.bytes;
    expect(await again()).toEqual(await again());
  });

  test('leave the model alone where activations stay floats', async () => {
    const { nodes } = await quantized(bytes, {});
    expect(nodes.some(({ output }) => output[0]?.startsWith('a.'))).toBe(false);
  });
});
