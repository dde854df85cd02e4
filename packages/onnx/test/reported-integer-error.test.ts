import { measureError, quantize, type Recipe } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, readModel } from '../src/index.js';
import type { IntegerForm } from '../src/integer/cost.js';
import { DataType, type GraphProto, type NodeProto } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { edgeValues } from './helpers/edge-values.js';
import { runModel } from './helpers/run-model.js';

type Op = 'Conv' | 'MatMul' | 'Gemm';

const [outputs, inputs] = [256, 256];
/** One row for each output channel. */
const rows = edgeValues(outputs, inputs);

/** The same values with the two axes exchanged, of a matrix with `columns` columns. */
const transposed = (values: Float32Array, columns: number): Float32Array =>
  values.map((_, at) => {
    const height = values.length / columns;
    return values[(at % height) * columns + Math.floor(at / height)]!;
  });

/** y = the product of x with a weight whose output channels are the rows; x of a convolution is an image of one row. */
function bytesOf(op: Op): Uint8Array {
  const dims = { Conv: [outputs, inputs, 1, 1], MatMul: [inputs, outputs], Gemm: [outputs, inputs] }[op];
  const weight = makeTensor('w', DataType.FLOAT, dims, op === 'MatMul' ? transposed(rows, inputs) : rows);
  const attributes = op === 'Gemm' ? { transB: 1 } : {};
  return buildBytes(
    {
      nodes: [makeNode({ op, inputs: ['x', 'w'], outputs: ['y'], attributes })],
      initializers: [weight],
      inputs: { x: op === 'Conv' ? [1, inputs, inputs, 1] : [inputs, inputs] },
      outputs: { y: op === 'Conv' ? [1, outputs, inputs, 1] : [inputs, outputs] },
    },
    { opset: 17, ir: 8 },
  );
}

/** The identity, which 8 bits hold exactly: what comes out are the weights that integers multiply with. */
function identity(op: Op) {
  const data = Float32Array.from({ length: inputs * inputs }, (_, at) => (at % (inputs + 1) === 0 ? 1 : 0));
  return { shape: op === 'Conv' ? [1, inputs, inputs, 1] : [inputs, inputs], data };
}

/** The weight's `DequantizeLinear`, cut out of the file and run alone, its values row-major in the weight's shape. */
async function dequantized(bytes: Uint8Array): Promise<Float32Array> {
  const graph = readModel(bytes).proto.graph as GraphProto;
  const byName = new Map(graph.initializer.map((one) => [one.name, one]));
  const node = graph.node.find(
    ({ opType, input }) => opType === 'DequantizeLinear' && byName.has(input[0]!),
  ) as NodeProto;
  const constants = node.input.map((name) => byName.get(name)!);
  const name = node.output[0] as string;
  const dims = constants[0]!.dims.map(Number);
  const cut = buildBytes({ nodes: [node], initializers: constants, outputs: { [name]: dims } });
  return (await runModel(cut)).get(name)!;
}

/** The weight in its own layout, from the file as it was written. */
async function weightIn(bytes: Uint8Array, op: Op, form: IntegerForm): Promise<Float32Array> {
  // The result of a fused convolution is rounded to 8 bits itself.
  if (op === 'Conv' && form === 'qdq') return dequantized(bytes);
  const { data, shape } = identity(op);
  const y = (await runModel(bytes, { x: new ort.Tensor('float32', data, shape) })).get('y')!;
  return op === 'Gemm' ? transposed(y, outputs) : y;
}

const methods = [
  ['absmax', 8],
  ['absmax:levels=odd', 4],
  ['min-max:zeroPoint=symmetric', 8],
  ['mse:grid=symmetric', 8],
] as const;
const forms = [
  ['operators', 'dynamic', 'channel'],
  ['operators', 'min-max', 'tensor'],
  ['qdq', 'min-max', 'channel'],
  ['qdq', 'min-max', 'tensor'],
] as const;
const cases = (['Conv', 'MatMul', 'Gemm'] as const).flatMap((op) =>
  methods.flatMap(([weights, bits]) =>
    forms.map(([form, activations, granularity]) => ({ op, weights, bits, form, activations, granularity })),
  ),
);
const operators: Readonly<Record<IntegerForm, Readonly<Record<Op, string>>>> = {
  operators: { Conv: 'ConvInteger', MatMul: 'MatMulInteger', Gemm: 'MatMulInteger' },
  qdq: { Conv: 'QLinearConv', MatMul: 'MatMulIntegerToFloat', Gemm: 'QGemm' },
};

describe('the error in the report is that of the weight in integers, read back from the file', () => {
  test.each(cases)('$op, $weights, $bits bits per $granularity, $form, $activations', async (given) => {
    const { op, form, ...recipe } = given;
    const port = onnx(bytesOf(op), { ort, integers: form });
    const calibration = await port.observe!([{ inputs: { x: identity(op) } }]);
    for (const parameterStorage of ['float32', 'float16'] as const) {
      const chosen: Recipe = { registry, calibration, parameterStorage, ...recipe };
      const { model, report } = await quantize(port, chosen);
      const [row] = report.weights;
      expect([row!.form, row!.storageReason]).toEqual([operators[form][op], expect.any(String)]);
      const [layer] = await port.layers();
      const original = await layer!.weights[0]!.read();
      const read = await weightIn(model.bytes, op, form);
      const actual = measureError(original, read);
      expect(row!.error!.sqnrDb! - actual.sqnrDb!).toBeCloseTo(0, 2);
      const zeros = op === 'MatMul' ? read.filter((_, at) => at % outputs === 0) : read.subarray(0, inputs);
      expect(zeros.every((value) => value === 0)).toBe(true);
    }
  });
});
