import { seededRandom } from '@lowbit/core';
import { fromFloat16Bits } from '@lowbit/core/adapter';
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { buildBytes } from '../../../test/helpers/build-model.js';
import { type ConstantType, constantValue } from '../../graph/constant-value.js';
import { type AttributeValue, makeNode } from '../../graph/make-node.js';
import { makeTensor } from '../../graph/make-tensor.js';
import { readBounds } from '../../model/tensor-data.js';
import { DataType, type TensorProto } from '../../schema/proto.js';
import { constantCall } from './constant-call.js';
import { computedOperators, evaluate, resultSize } from './evaluate.js';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const random = seededRandom(3);
const floats = (dims: readonly number[], from = -2, to = 2, type = DataType.FLOAT): TensorProto => {
  const length = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    '',
    type,
    dims,
    Float64Array.from({ length }, () => from + (to - from) * random()),
  );
};
const list = (...values: number[]) => makeTensor('', DataType.INT64, [values.length], values);
const scalar = (value: number, type = DataType.FLOAT) => makeTensor('', type, [], [value]);
const booleans = (dims: readonly number[], values: readonly number[]) =>
  makeTensor('', DataType.BOOL, dims, values);
const int32 = (dims: readonly number[], values: readonly number[]) =>
  makeTensor('', DataType.INT32, dims, values);

interface Case {
  readonly op: string;
  /** `undefined` stands for one that is left out. */
  readonly inputs: readonly (TensorProto | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
}

const x = floats([2, 3, 4]);
const positive = floats([2, 3, 4], 0.1, 3);
const unit = floats([2, 3, 4], -0.99, 0.99);
const above = floats([2, 3, 4], 1.01, 3);
const row = floats([4], 0.5, 2);
const column = floats([3, 1], 0.5, 2);
const image = floats([2, 3, 4, 5]);
const channels = () => floats([3], 0.5, 2);
const half = (dims: readonly number[]) => floats(dims, -2, 2, DataType.FLOAT16);
const many = [
  'Floor',
  'Ceil',
  'Sin',
  'Cos',
  'Tan',
  'Atan',
  'Exp',
  'Sinh',
  'Cosh',
  'Tanh',
  'Asinh',
  'Neg',
  'Abs',
];
const others = ['Sign', 'Relu', 'Reciprocal', 'Erf', 'Sigmoid', 'Softplus', 'Softsign', 'HardSwish'];
const withFactors = ['LeakyRelu', 'ThresholdedRelu', 'Elu', 'Celu', 'Selu', 'HardSigmoid', 'Shrink'];
const reductions = ['Sum', 'Mean', 'L1', 'L2', 'SumSquare', 'Prod', 'Max', 'Min', 'LogSumExp'];

const cases: readonly Case[] = [
  ...[...many, ...others, ...withFactors].map((op) => ({ op, inputs: [x] })),
  ...['Sqrt', 'Log'].map((op) => ({ op, inputs: [positive] })),
  ...['Asin', 'Acos', 'Atanh'].map((op) => ({ op, inputs: [unit] })),
  { op: 'Acosh', inputs: [above] },
  { op: 'Elu', inputs: [x], attributes: { alpha: { float: 0.3 } } },
  { op: 'Celu', inputs: [x], attributes: { alpha: { float: 0.3 } } },
  { op: 'Selu', inputs: [x], attributes: { alpha: { float: 1.3 }, gamma: { float: 0.7 } } },
  { op: 'HardSigmoid', inputs: [x], attributes: { alpha: { float: 0.3 }, beta: { float: 0.4 } } },
  { op: 'Shrink', inputs: [x], attributes: { bias: { float: 0.3 }, lambd: { float: 1.1 } } },
  { op: 'Mish', inputs: [x], opset: 18 },
  { op: 'Gelu', inputs: [x], opset: 20 },
  { op: 'Gelu', inputs: [x], attributes: { approximate: 'tanh' }, opset: 20 },
  { op: 'Swish', inputs: [x], attributes: { alpha: { float: 1.5 } }, opset: 24 },
  { op: 'Round', inputs: [makeTensor('', DataType.FLOAT, [8], [0.5, 1.5, 2.5, -0.5, -1.5, 1.2, -1.7, 3])] },
  { op: 'IsNaN', inputs: [makeTensor('', DataType.FLOAT, [2], [NaN, 1])] },
  { op: 'Not', inputs: [booleans([3], [1, 0, 1])] },
  { op: 'Neg', inputs: [int32([3], [1, -2, 0])] },
  ...['Add', 'Sub', 'Mul', 'Div'].flatMap((op) => [
    { op, inputs: [x, row] },
    { op, inputs: [column, x] },
    { op, inputs: [x, scalar(1.7)] },
    { op, inputs: [half([3, 4]), half([4])] },
    { op, inputs: [floats([3, 4], 1, 2, DataType.DOUBLE), floats([4], 1, 2, DataType.DOUBLE)] },
    { op, inputs: [list(7, -7, 9), list(2)] },
    { op, inputs: [int32([3], [7, -7, 9]), int32([3], [2, 3, -4])] },
  ]),
  { op: 'Pow', inputs: [positive, row] },
  { op: 'Pow', inputs: [x, scalar(2)] },
  { op: 'Pow', inputs: [x, scalar(3, DataType.INT64)] },
  { op: 'Mod', inputs: [list(7, -7, 7, -7), list(3, 3, -3, -3)] },
  { op: 'Mod', inputs: [x, row], attributes: { fmod: 1 } },
  { op: 'PRelu', inputs: [x, row] },
  ...['Max', 'Min', 'Sum', 'Mean'].flatMap((op) => [
    { op, inputs: [x, row, column] },
    { op, inputs: [x] },
  ]),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op) => ({
    op,
    inputs: [list(1, 2, 3), list(3, 2, 1)],
  })),
  ...['And', 'Or', 'Xor'].map((op) => ({
    op,
    inputs: [booleans([2, 2], [0, 0, 1, 1]), booleans([2], [0, 1])],
  })),
  { op: 'Where', inputs: [booleans([3, 1], [1, 0, 1]), x, scalar(0.5)] },
  { op: 'Clip', inputs: [x, scalar(-1), scalar(0.5)] },
  { op: 'Clip', inputs: [x, undefined, scalar(0.5)] },
  { op: 'Clip', inputs: [x], attributes: { min: { float: -0.5 } }, opset: 10 },
  { op: 'Cast', inputs: [x], attributes: { to: DataType.FLOAT16 } },
  { op: 'Cast', inputs: [x], attributes: { to: DataType.DOUBLE } },
  { op: 'Cast', inputs: [x], attributes: { to: DataType.INT32 } },
  { op: 'Cast', inputs: [list(0, 2, -1)], attributes: { to: DataType.BOOL } },
  { op: 'Cast', inputs: [list(0, 2, -1)], attributes: { to: DataType.FLOAT } },
  { op: 'CastLike', inputs: [list(0, 2, -1), half([1])] },
  { op: 'ConstantOfShape', inputs: [list(2, 3)] },
  {
    op: 'ConstantOfShape',
    inputs: [list(2, 0, 3)],
    attributes: { value: { tensor: makeTensor('', DataType.FLOAT, [1], [1.5]) } },
  },
  {
    op: 'ConstantOfShape',
    inputs: [list(4)],
    attributes: { value: { tensor: makeTensor('', DataType.INT64, [1], [-7]) } },
  },
  { op: 'Expand', inputs: [column, list(2, 1, 4)] },
  { op: 'Expand', inputs: [x, list(1, 1)] },
  { op: 'Tile', inputs: [floats([2, 3]), list(2, 3)] },
  { op: 'Range', inputs: [scalar(1, DataType.INT64), scalar(8, DataType.INT64), scalar(3, DataType.INT64)] },
  { op: 'Range', inputs: [scalar(1), scalar(-0.4), scalar(-0.25)] },
  { op: 'Shape', inputs: [x] },
  { op: 'Shape', inputs: [x], attributes: { start: -2, end: 5 } },
  { op: 'Size', inputs: [x] },
  { op: 'EyeLike', inputs: [floats([3, 4])], attributes: { k: 1 } },
  { op: 'Trilu', inputs: [floats([2, 3, 4])] },
  { op: 'Trilu', inputs: [floats([2, 3, 4]), scalar(-1, DataType.INT64)], attributes: { upper: 0 } },
  { op: 'Flatten', inputs: [x], attributes: { axis: 2 } },
  { op: 'Flatten', inputs: [x], attributes: { axis: -1 } },
  { op: 'Dropout', inputs: [x] },
  { op: 'Dropout', inputs: [x], opset: 11 },
  { op: 'Pad', inputs: [floats([2, 3]), list(1, 0, 2, -1), scalar(7)] },
  ...['edge', 'reflect', 'wrap'].map((mode) => ({
    op: 'Pad',
    inputs: [floats([3, 4]), list(1, 2, 2, 1)],
    attributes: { mode },
    opset: 19,
  })),
  { op: 'Pad', inputs: [floats([3, 4]), list(1, 2), undefined, list(-1)], opset: 18 },
  { op: 'Pad', inputs: [floats([3, 4])], attributes: { pads: [0, 1, 2, 0], value: { float: 3 } }, opset: 10 },
  { op: 'CumSum', inputs: [x, scalar(1, DataType.INT64)] },
  { op: 'CumSum', inputs: [x, scalar(-1, DataType.INT32)], attributes: { exclusive: 1, reverse: 1 } },
  ...reductions.flatMap((name) => [
    { op: `Reduce${name}`, inputs: [x], attributes: { axes: [1] }, opset: 11 },
    { op: `Reduce${name}`, inputs: [x], attributes: { keepdims: 0 }, opset: 11 },
    { op: `Reduce${name}`, inputs: [x, list(-1, 0)], attributes: { keepdims: 0 }, opset: 18 },
  ]),
  { op: 'ReduceLogSum', inputs: [positive, list(2)], opset: 18 },
  { op: 'ReduceSum', inputs: [x], attributes: { noop_with_empty_axes: 1 }, opset: 18 },
  { op: 'ReduceMax', inputs: [int32([2, 2], [1, 5, -3, 4]), list(0)], opset: 18 },
  { op: 'MatMul', inputs: [floats([3, 4]), floats([4, 5])] },
  { op: 'MatMul', inputs: [floats([4]), floats([2, 4, 5])] },
  { op: 'MatMul', inputs: [floats([2, 1, 3, 4]), floats([2, 4, 5])] },
  { op: 'MatMul', inputs: [floats([3, 4]), floats([4])] },
  {
    op: 'Gemm',
    inputs: [floats([3, 4]), floats([4, 5]), floats([5])],
    attributes: { alpha: { float: 0.5 }, beta: { float: 2 } },
  },
  { op: 'Gemm', inputs: [floats([4, 3]), floats([5, 4])], attributes: { transA: 1, transB: 1 } },
  ...['Softmax', 'LogSoftmax'].flatMap((op) => [
    { op, inputs: [x] },
    { op, inputs: [x], attributes: { axis: 1 } },
    { op, inputs: [x], opset: 11 },
  ]),
  { op: 'LayerNormalization', inputs: [x, row, row] },
  {
    op: 'LayerNormalization',
    inputs: [x, floats([3, 4])],
    attributes: { axis: 1, epsilon: { float: 0.01 } },
  },
  { op: 'InstanceNormalization', inputs: [image, channels(), channels()] },
  { op: 'MeanVarianceNormalization', inputs: [image] },
  { op: 'LpNormalization', inputs: [x], attributes: { axis: 1 } },
  { op: 'LpNormalization', inputs: [x], attributes: { p: 1 } },
  { op: 'BatchNormalization', inputs: [image, channels(), channels(), channels(), channels()] },
];

const named = (tensors: Case['inputs']) =>
  tensors.flatMap((tensor, at) => (tensor === undefined ? [] : [{ ...tensor, name: `c${at}` }]));

function called({ op, inputs, attributes = {}, opset = 17 }: Case) {
  const names = inputs.map((tensor, at) => (tensor === undefined ? '' : `c${at}`));
  const node = makeNode({ op, inputs: names, outputs: ['y'], attributes });
  const tensors = new Map(named(inputs).map((tensor) => [tensor.name, tensor as TensorProto]));
  return constantCall(node, opset, {
    type: (name) => {
      const tensor = tensors.get(name);
      return tensor && { type: tensor.dataType, dims: tensor.dims.map(Number) };
    },
    value: (name) => (tensors.has(name) ? constantValue(tensors.get(name)!) : undefined),
    list: (name) => (tensors.has(name) ? readBounds(tensors.get(name)!, name) : undefined),
  });
}

/** Constants are given as inputs, so that the runtime computes and does not fold. */
async function inRuntime(one: Case, { type, dims }: ConstantType) {
  const { node, opset } = called(one);
  const given = named(one.inputs) as TensorProto[];
  const bytes = buildBytes(
    { nodes: [node], initializers: given, outputs: { y: dims }, types: { y: type } },
    { opset, ir: 8 },
  );
  const session = await ort.InferenceSession.create(bytes, {
    logSeverityLevel: 4,
    graphOptimizationLevel: 'disabled',
  });
  const { y } = await session.run({});
  await session.release();
  const widen = type === DataType.FLOAT16 && y!.data instanceof Uint16Array ? fromFloat16Bits : Number;
  return { dims: [...y!.dims], values: Array.from(y!.data as Float32Array, widen) };
}

describe('constants are computed as a runtime computes them', () => {
  it.each(
    cases.map(
      (one) => [`${one.op} ${one.inputs.map((input) => input?.dims.join('×')).join(', ')}`, one] as const,
    ),
  )('%s', async (_, one) => {
    const call = called(one);
    const [result] = evaluate(call) ?? [];
    expect(result).toBeDefined();
    const { type, dims, values } = result!;
    expect(resultSize(call)).toBe(values.length);
    const expected = await inRuntime(one, result!);
    expect(dims).toEqual(expected.dims);
    // A few roundings of the type; runtimes approximate exponentials within some more.
    const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
    const rounding = largest * (type === DataType.FLOAT16 ? 2 ** -10 : 2 ** -20);
    expected.values.forEach((value, at) => {
      if (Number.isNaN(value)) expect(values[at]).toBeNaN();
      else expect(Math.abs(values[at]! - value)).toBeLessThanOrEqual(rounding);
    });
  });

  it('each operator that is known', () => {
    expect([...new Set(cases.map(({ op }) => op))].sort()).toEqual([...computedOperators].sort());
  });
});
