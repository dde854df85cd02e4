import { quantize, seededRandom } from '@lowbit/core';
import { dynamic, minMax } from '@lowbit/methods';
import { describe, expect, it } from 'vitest';
import { buildBytes } from '../../test/helpers/build-model.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { type AttributeValue, makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { writeModel } from '../model/write-model.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';
import { DataType, type TensorProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import { foldModel } from './fold-model.js';

const random = seededRandom(9);
const constant = (name: string, dims: readonly number[], type = DataType.FLOAT): TensorProto => {
  const length = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    type,
    dims,
    Float32Array.from({ length }, () => 2 * random() - 1),
  );
};

interface Case {
  readonly title: string;
  readonly op: string;
  readonly x: readonly number[];
  readonly output: readonly number[];
  /** Constants behind x, by their dimensions; `undefined` stands for one that is left out. */
  readonly constants: readonly (readonly number[] | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly left: readonly string[];
  readonly standard?: true;
}

const equation = (text: string) =>
  ({ op: 'Einsum', standard: true, attributes: { equation: text } }) as const;
const gemm = { op: 'Gemm', standard: true } as const;
const relu = { activation: 'Relu' };
const image = { x: [2, 16, 9, 9], output: [2, 32, 7, 7] };
const matrix = { x: [40, 48], output: [40, 96] };

const cases: readonly Case[] = [
  {
    title: 'alpha and beta',
    ...gemm,
    ...matrix,
    constants: [[48, 96], [96]],
    attributes: { alpha: { float: 0.5 }, beta: { float: 3 } },
    left: ['Gemm'],
  },
  {
    title: 'a bias of one number',
    ...gemm,
    ...matrix,
    constants: [[48, 96], [1]],
    attributes: { beta: { float: 3 } },
    left: ['Gemm'],
  },
  {
    title: 'transA',
    ...gemm,
    x: [48, 40],
    output: [40, 96],
    constants: [[96, 48], [96]],
    attributes: { transA: 1, transB: 1 },
    left: ['Transpose', 'Gemm'],
  },
  {
    title: 'FusedGemm',
    op: 'FusedGemm',
    ...matrix,
    constants: [[48, 96], [96]],
    attributes: { ...relu, alpha: { float: 2 } },
    left: ['Gemm', 'Relu'],
  },
  {
    title: 'FusedGemm with a number',
    op: 'FusedGemm',
    ...matrix,
    constants: [[96, 48]],
    attributes: { activation: 'LeakyRelu', activation_alpha: { float: 0.1 }, transB: 1 },
    left: ['Gemm', 'LeakyRelu'],
  },
  {
    title: 'FusedMatMul',
    op: 'FusedMatMul',
    x: [2, 20, 48],
    output: [2, 20, 96],
    constants: [[96, 48]],
    attributes: { transB: 1, alpha: { float: 0.25 } },
    left: ['MatMul'],
  },
  {
    title: 'FusedConv',
    op: 'FusedConv',
    ...image,
    constants: [[32, 16, 3, 3], [32]],
    attributes: relu,
    left: ['Conv', 'Relu'],
  },
  {
    title: 'FusedConv with a sum',
    op: 'FusedConv',
    ...image,
    constants: [[32, 16, 3, 3], [32], [2, 32, 7, 7]],
    attributes: relu,
    left: ['Conv', 'Add', 'Relu'],
  },
  {
    title: 'FusedConv with bounds',
    op: 'FusedConv',
    ...image,
    constants: [[32, 16, 3, 3]],
    attributes: { activation: 'Clip', activation_params: { floats: [-3, 4] } },
    left: ['Conv', 'Clip'],
  },
  {
    title: 'FusedConv with a gate',
    op: 'FusedConv',
    ...image,
    constants: [[32, 16, 3, 3]],
    attributes: { activation: 'HardSigmoid', activation_params: { floats: [0.2, 0.4] } },
    left: ['Conv', 'HardSigmoid'],
  },
  {
    title: 'rows with a matrix',
    ...equation('bsd,dh->bsh'),
    x: [2, 20, 48],
    output: [2, 20, 96],
    constants: [[48, 96]],
    left: ['MatMul'],
  },
  {
    title: 'an ellipsis',
    ...equation('...d,hd->...h'),
    x: [2, 20, 48],
    output: [2, 20, 96],
    constants: [[96, 48]],
    left: ['MatMul'],
  },
  {
    title: 'heads',
    ...equation('BFD,DNH->BFNH'),
    x: [2, 20, 48],
    output: [2, 20, 6, 16],
    constants: [[48, 6, 16]],
    left: ['MatMul', 'Reshape'],
  },
  {
    title: 'heads in front',
    ...equation('bsd,dnh -> bnsh'),
    x: [2, 20, 48],
    output: [2, 6, 20, 16],
    constants: [[48, 6, 16]],
    left: ['MatMul', 'Reshape', 'Transpose'],
  },
  {
    title: 'heads that are joined',
    ...equation('BFNH,NHD->BFD'),
    x: [2, 20, 6, 8],
    output: [2, 20, 96],
    constants: [[6, 8, 96]],
    left: ['Reshape', 'MatMul'],
  },
  {
    title: 'a flipped matrix of heads',
    ...equation('abc,dec->dabe'),
    x: [2, 20, 48],
    output: [4, 2, 20, 24],
    constants: [[4, 24, 48]],
    left: ['MatMul', 'Reshape', 'Transpose'],
  },
];

const names = ['w', 'b', 'z'];

function modelOf({ op, x, output, constants, attributes = {}, standard }: Case): Uint8Array {
  const given = constants.flatMap((dims, at) => (dims === undefined ? [] : constant(names[at]!, dims)));
  const inputs = ['x', ...constants.map((dims, at) => (dims === undefined ? '' : names[at]!))];
  const domain = standard === true ? {} : { domain: runtimeDomain.name };
  return buildBytes(
    {
      nodes: [makeNode({ op, inputs, outputs: ['y'], attributes, ...domain })],
      initializers: given,
      inputs: { x },
      outputs: { y: output },
    },
    { opset: 17, domains: { [runtimeDomain.name]: 1 } },
  );
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.each(cases)('$op: $title', (one) => {
  const bytes = modelOf(one);
  const feeds = { x: noise(one.x, seededRandom(2)) };

  it('is written as operators that have forms in integers, and computes the same', async () => {
    const model = readModel(bytes);
    foldModel(model);
    expect(model.proto.graph!.node.map(({ opType }) => opType)).toEqual(one.left);
    const [expected, actual] = [await runModel(bytes, feeds), await runModel(writeModel(model), feeds)];
    const values = expected.get('y')!;
    actual.get('y')!.forEach((value, at) => {
      expect(Math.abs(value - values[at]!)).toBeLessThan(1e-5 * largest(values));
    });
  });

  it('is computed in integers', async () => {
    const { model, report } = await quantize(onnx(bytes, { integers: 'operators' }), {
      weights: minMax(),
      activations: dynamic(),
    });
    const form = one.op.includes('Conv') ? 'ConvInteger' : 'MatMulInteger';
    expect(report.weights.map((weight) => weight.form)).toEqual([form]);
    const [expected, actual] = [await runModel(bytes, feeds), await runModel(model.bytes, feeds)];
    const values = expected.get('y')!;
    actual.get('y')!.forEach((value, at) => {
      expect(Math.abs(value - values[at]!)).toBeLessThan(0.03 * largest(values));
    });
  });
});

it('GemmFastGelu, which no runtime of the web has, is a product and FastGelu', async () => {
  const bytes = modelOf({
    title: '',
    op: 'GemmFastGelu',
    x: [40, 48],
    output: [40, 96],
    constants: [[48, 96], [96]],
    left: [],
  });
  const model = readModel(bytes);
  foldModel(model);
  expect(model.proto.graph!.node.map(({ opType }) => opType)).toEqual(['MatMul', 'FastGelu']);
  const x = noise([40, 48], seededRandom(2));
  const [w, b] = ['w', 'b'].map((name) => model.proto.graph!.initializer.find((one) => one.name === name)!);
  const [weight, bias] = [w, b].map((tensor) => new Float32Array(tensor!.rawData.slice().buffer)) as [
    Float32Array,
    Float32Array,
  ];
  const y = (await runModel(writeModel(model), { x })).get('y')!;
  y.forEach((value, at) => {
    const [row, column] = [Math.floor(at / 96), at % 96];
    let sum = bias[column]!;
    for (let k = 0; k < 48; k++) sum += (x.data as Float32Array)[row * 48 + k]! * weight[k * 96 + column]!;
    const expected = 0.5 * sum * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (sum + 0.044715 * sum ** 3)));
    expect(Math.abs(value - expected)).toBeLessThan(1e-4);
  });
});
