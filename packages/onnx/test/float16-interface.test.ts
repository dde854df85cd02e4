import { everywhere, quantize, seededRandom } from '@lowbit/core';
import { fromFloat16Bits, toFloat16Bits } from '@lowbit/core/adapter';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType, type GraphProto, type ValueInfoProto } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { halved } from './helpers/halved.js';
import { decibels } from './helpers/outputs.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { runModel } from './helpers/run-model.js';

const random = seededRandom(18);
const weight = (name: string) =>
  makeTensor(
    name,
    DataType.FLOAT,
    [64, 64],
    Float32Array.from({ length: 4096 }, () => 0.2 * (2 * random() - 1)),
  );
const typesOf = (values: readonly ValueInfoProto[]) =>
  values.map(({ type }) => (type?.value.case === 'tensorType' ? type.value.value.elemType : undefined));
const graphOf = (bytes: Uint8Array) => readModel(bytes).proto.graph as GraphProto;

/** A product, a value that only moves, an output of it that is taken inside too, and a square. */
const bytes = buildBytes({
  nodes: [
    makeNode({ op: 'Neg', inputs: ['x'], outputs: ['moved'] }),
    makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['t'] }),
    makeNode({ op: 'Softmax', inputs: ['t'], outputs: ['shares'] }),
    makeNode({ op: 'Mul', inputs: ['t', 't'], outputs: ['squares'] }),
  ],
  initializers: [weight('w')],
  inputs: { x: [4, 64] },
  outputs: { moved: [4, 64], t: [4, 64], shares: [4, 64], squares: [4, 64] },
});

test('inputs and outputs are float16 where that is asked for, but for what may be beyond its range', async () => {
  const { bytes: half, report } = await halved(bytes, { interface: true });
  const graph = graphOf(half);
  expect(typesOf(graph.input)).toEqual([DataType.FLOAT16]);
  const { FLOAT16, FLOAT } = DataType;
  expect(typesOf(graph.output)).toEqual([FLOAT16, FLOAT16, FLOAT16, FLOAT]);
  expect(graph.output.map(({ name }) => name)).toEqual(['moved', 't', 'shares', 'squares']);
  expect(graph.node.map(({ opType }) => opType)).toEqual([
    ...['Neg', 'MatMul', 'Cast', 'Softmax', 'Cast', 'Mul'],
  ]);
  expect(report.nodes).toBe(2);
  const data = Float32Array.from({ length: 256 }, () => 2 * random() - 1);
  const codes = Uint16Array.from(data, toFloat16Bits);
  const rounded = Float32Array.from(codes, fromFloat16Bits);
  const expected = await runModel(bytes, { x: new ort.Tensor('float32', rounded, [4, 64]) });
  const session = await ort.InferenceSession.create(half, { logSeverityLevel: 3 });
  const actual = await session.run({ x: new ort.Tensor('float16', codes, [4, 64]) });
  for (const { name } of graph.output) {
    const floats = floatsOf(actual[name]?.data as Uint16Array | Float32Array);
    expect(decibels(expected.get(name) as Float32Array, floats)).toBeGreaterThan(60);
  }
  expect((await halved(half, { interface: true })).bytes).toEqual(half);
});

/** Float16 comes as codes, or as numbers where the engine has arrays of them. */
const floatsOf = (values: ArrayLike<number>): Float32Array =>
  Float32Array.from(values, values instanceof Uint16Array ? fromFloat16Bits : Number);

test('an input that data show beyond the range stays float32', async () => {
  const batch = { inputs: { x: { shape: [4, 64], data: new Float32Array(256).fill(1e5) } } };
  const recipe = { weights: plainMinMax, bits: everywhere('float'), data: [batch] };
  const float16 = { interface: true, data: [batch] };
  const { model, report } = await quantize(onnx(bytes, { float16, ort }), recipe);
  expect(typesOf(graphOf(model.bytes).input)).toEqual([DataType.FLOAT]);
  expect(report.verdict).toMatchObject({ by: 'outputs' });
});
