import { quantize, seededRandom } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';

const random = seededRandom(11);
const values = (count: number) => Float32Array.from({ length: count }, () => random() * random() - 0.2);
const [batch, columns] = [3, 40];

interface Made {
  readonly transB?: 0 | 1;
  readonly bias?: 'vector' | 'row' | 'scalar' | 'input';
  readonly products?: number;
  readonly opset?: number;
  readonly type?: DataType;
  readonly attributes?: Readonly<Record<string, number | { readonly float: number }>>;
}

/** y = x · w + bias, as exporters write the linear layers of matrices. */
function gemmBytes(made: Made = {}): Uint8Array {
  const { transB = 1, bias, products = 64, opset = 17, type = DataType.FLOAT, attributes = {} } = made;
  const shapes = { vector: [columns], row: [1, columns], scalar: [], input: [batch, columns] };
  const shape = bias === undefined ? [] : shapes[bias];
  const count = shape.reduce((all, size) => all * size, 1);
  const factor = transB === 1 ? [columns, products] : [products, columns];
  const cast = (from: string, to: string, as: DataType) =>
    makeNode({ op: 'Cast', inputs: [from], outputs: [to], attributes: { to: as } });
  const initializers = [makeTensor('w', type, factor, values(products * columns))];
  if (bias !== undefined && bias !== 'input') initializers.push(makeTensor('b', type, shape, values(count)));
  return buildBytes(
    {
      nodes: [
        cast('x', 'a', type),
        ...(bias === 'input' ? [cast('c', 'b', type)] : []),
        makeNode({
          op: 'Gemm',
          name: 'linear',
          inputs: bias === undefined ? ['a', 'w'] : ['a', 'w', 'b'],
          outputs: ['p'],
          attributes: { transB, ...attributes },
        }),
        cast('p', 'y', DataType.FLOAT),
      ],
      initializers,
      inputs: { x: [batch, products], ...(bias === 'input' ? { c: [batch, columns] } : {}) },
      outputs: { y: [batch, columns] },
    },
    { opset, ir: opset > 20 ? 10 : 8 },
  );
}

async function quantized(bytes: Uint8Array, optimize: 'memory' | 'speed', bits: number) {
  const weights = 'min-max:zeroPoint=integer';
  const options = { registry, weights, bits, granularity: 'group:32' } as const;
  const { model, report } = await quantize(onnx(bytes, { optimize }), options);
  return { bytes: model.bytes, row: report.weights[0]! };
}

const feeds = (products: number, bias: Made['bias']) => ({
  x: new ort.Tensor('float32', values(batch * products), [batch, products]),
  ...(bias === 'input' ? { c: new ort.Tensor('float32', values(batch * columns), [batch, columns]) } : {}),
});

describe.each([0, 1] as const)('a Gemm with transB %i is multiplied packed', (transB) => {
  test.each<Made & { readonly bits?: number }>([
    {},
    { bias: 'vector', opset: 7 },
    { bias: 'vector', opset: 13, bits: 8 },
    { bias: 'vector', opset: 17, bits: 2 },
    { bias: 'vector', opset: 21, products: 48 },
    { bias: 'vector', type: DataType.FLOAT16 },
    { bias: 'row', opset: 13 },
    { bias: 'scalar', products: 48, type: DataType.FLOAT16 },
    { bias: 'input' },
  ])('%o', async ({ bits = 4, ...made }) => {
    const bytes = gemmBytes({ ...made, transB });
    const [packed, plain] = [await quantized(bytes, 'memory', bits), await quantized(bytes, 'speed', bits)];
    expect(packed.row.form).toBe('MatMulNBits');
    const { node } = readModel(packed.bytes).proto.graph!;
    const kinds = node.map(({ opType }) => opType).filter((op) => op !== 'Cast');
    const own = made.bias === undefined || made.bias === 'vector';
    expect(kinds).toEqual(own ? ['MatMulNBits'] : ['MatMulNBits', 'Add']);
    expect(node.some(({ name, output }) => name === 'linear' && output[0] === 'p')).toBe(true);
    const input = feeds(made.products ?? 64, made.bias);
    const [a, b] = [await runModel(packed.bytes, input), await runModel(plain.bytes, input)];
    const digits = made.type === DataType.FLOAT16 ? 1.5 : 4;
    a.get('y')!.forEach((value, at) => expect(value).toBeCloseTo(b.get('y')![at]!, digits));
    if (made.type !== DataType.FLOAT16) expect(packed.row.error).toEqual(plain.row.error);
  });
});

test.each([
  [{ alpha: { float: 0.5 } }, 'MatMulNBits has no form of Gemm with alpha 0.5'],
  [{ beta: { float: 2 } }, 'MatMulNBits has no form of Gemm with beta 2'],
])('a Gemm that the operator cannot stand for says why: %o', async (attributes, why) => {
  const { row } = await quantized(gemmBytes({ bias: 'vector', attributes }), 'memory', 4);
  expect(row.form).not.toBe('MatMulNBits');
  expect(row.storageReason).toContain(why);
});

test('what a Gemm wants is known while planning', async () => {
  const port = onnx(gemmBytes({ bias: 'vector' }), { optimize: 'memory' });
  const { report } = await quantize(port, { registry, bits: 4, granularity: 'group:32' });
  expect(report.weights[0]).toMatchObject({ form: 'MatMulNBits' });
  expect(report.weights[0]!.wanted).toContain('zeroPoint=integer for MatMulNBits');
});

test('a file of packed products alone names the float model, and not options, as what to quantize', async () => {
  const { bytes } = await quantized(gemmBytes({ bias: 'vector' }), 'memory', 4);
  await expect(quantized(bytes, 'memory', 4)).rejects.toMatchObject({
    code: 'nothing-to-quantize',
    remedy: expect.stringContaining('float model that this one was made from') as string,
  });
});
