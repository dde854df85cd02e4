import { decode, seededRandom, type QuantizedTensor, type Slicing } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import { rewriteModel } from '../src/forms/rewrite-model.js';
import { DataType } from '../src/schema/proto.js';
import { parseTarget, runtimeOf } from '../src/target/runtime.js';
import type { Optimize } from '../src/target/target.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { writeModel } from '../src/model/write-model.js';
import { buildModel } from './helpers/build-model.js';
import { noise, runModel } from './helpers/run-model.js';
import { sampleTensor, type GridKind } from './helpers/sample-tensor.js';

const [rows, columns] = [128, 40];

interface Given {
  readonly op: 'MatMul' | 'Gather' | 'Add';
  readonly slicing: Slicing;
  readonly optimize: Optimize;
  readonly opset?: number;
}

/** The result of x · W, of rows of W, or of x + W, and the weight as it is stored. */
async function written(
  { op, slicing, optimize, opset = 17 }: Given,
  tensor: QuantizedTensor,
  target?: string,
) {
  const shape = tensor.shape;
  const inputs = op === 'Gather' ? ['w', 'x'] : ['x', 'w'];
  const model = buildModel(
    {
      nodes: [makeNode({ op, inputs, outputs: ['y'] })],
      initializers: [makeTensor('w', DataType.FLOAT, shape, new Float32Array(tensor.codes.length))],
      inputs: { x: op === 'MatMul' ? [3, shape[0]!] : op === 'Gather' ? [2] : [1] },
      types: op === 'Gather' ? { x: DataType.INT64 } : {},
      outputs: { y: op === 'MatMul' ? [3, shape[1]!] : op === 'Gather' ? [2, shape[1]!] : [...shape] },
    },
    { opset, ir: 10 },
  );
  const [site] = op === 'Add' ? [weightOf(model, slicing)] : describeModel(model).sites;
  const runtime = target === undefined ? undefined : runtimeOf(parseTarget(target));
  const [note] = rewriteModel(model, [site!], new Map([[site!.id, tensor]]), { optimize, runtime });
  return { note: note!, constants: model.proto.graph!.initializer, bytes: writeModel(model) };
}

/** A weight of an operator that is no layer. */
function weightOf(model: ReturnType<typeof buildModel>, slicing: Slicing) {
  const graph = model.proto.graph!;
  const tensor = graph.initializer[0]!;
  const uses = [{ node: graph.node[0]!, graph, input: 1, type: tensor.dataType, direct: true }];
  const shape = tensor.dims.map(Number);
  const source = { kind: 'initializer', graph, name: 'w', tensor } as const;
  return {
    id: 'w',
    kernel: 'kernel',
    source,
    shape,
    outputAxes: slicing === 'tensor' ? [] : [0],
    uses,
  } as const;
}

const forms: readonly (Given & { readonly form: RegExp; readonly bits: readonly number[] })[] = [
  {
    op: 'MatMul',
    slicing: { along: 0, group: 32 },
    optimize: 'memory',
    form: /^MatMulNBits$/,
    bits: [2, 4, 8],
  },
  { op: 'MatMul', slicing: { along: 0, group: 32 }, optimize: 'speed', form: /→Sub→Mul$/, bits: [3, 4, 8] },
  { op: 'MatMul', slicing: { axes: [1] }, optimize: 'speed', form: /→Sub→Mul$/, bits: [4, 8] },
  { op: 'Gather', slicing: { along: 1, group: 32 }, optimize: 'memory', form: /^GatherBlockQ/, bits: [4, 8] },
  { op: 'Gather', slicing: { axes: [0] }, optimize: 'memory', form: /^Gather→.*→Sub→Mul$/, bits: [3, 4, 8] },
  { op: 'Add', slicing: { axes: [0] }, optimize: 'memory', form: /^DequantizeLinear$/, bits: [3, 4, 8, 16] },
  {
    op: 'Add',
    slicing: { along: 1, group: 32 },
    optimize: 'memory',
    opset: 21,
    form: /^Deq/,
    bits: [3, 4, 8],
  },
];
const cases = forms.flatMap((one) => one.bits.map((bits) => ({ ...one, bits })));

const sample = ({ op, slicing, bits }: (typeof cases)[number], grid: GridKind) =>
  sampleTensor(op === 'MatMul' ? [rows, columns] : [columns, rows], slicing, bits, grid);

async function errorOf(given: Given, tensor: QuantizedTensor, bytes: Uint8Array): Promise<number> {
  const x = noise([3, rows], seededRandom(5));
  const feeds = {
    MatMul: x,
    Gather: new ort.Tensor('int64', BigInt64Array.of(3n, 39n), [2]),
    Add: new ort.Tensor('float32', [0], [1]),
  };
  const [actual] = (await runModel(bytes, { x: feeds[given.op] })).values();
  const w = decode(tensor);
  const product = () =>
    Float32Array.from({ length: 3 * columns }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < rows; k++)
        sum += (x.data[Math.floor(at / columns) * rows + k] as number) * w[k * columns + (at % columns)]!;
      return sum;
    });
  const taken = () => Float32Array.of(...w.slice(3 * rows, 4 * rows), ...w.slice(39 * rows));
  const expected = given.op === 'MatMul' ? product() : given.op === 'Gather' ? taken() : w;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual![i]!)), 0) / largest;
}

describe('zero points next to the middle are not stored slice by slice', () => {
  test.each(cases)('$op, $slicing, $bits bits for $optimize', async (given) => {
    const tensor = sample(given, 'middle');
    const { note, constants, bytes } = await written(given, tensor);
    expect(note.form).toMatch(given.form);
    expect(constants.filter(({ name }) => name.includes('.zero'))).toEqual([]);
    expect(await errorOf(given, tensor, bytes)).toBeLessThan(1e-5);
  });
});

/** 3 bits around any zero point fit into a signed type of 4 bits. */
const withZeroPoints = cases.filter(({ op, bits }) => op !== 'Add' || bits !== 3);

describe('other zero points are stored as integers, as narrow as the codes where that saves', () => {
  test.each(withZeroPoints)('$op, $slicing, $bits bits for $optimize', async (given) => {
    const tensor = sample(given, 'zero-point');
    const { note, constants, bytes } = await written(given, tensor);
    expect(note.form).toMatch(given.form);
    const zeros = constants.filter(({ name }) => name.includes('.zero'));
    const stored = zeros.reduce((sum, { rawData }) => sum + rawData.length, 0);
    const scheme = tensor.scheme as { readonly scale: Float32Array };
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThanOrEqual(scheme.scale.length * (given.bits > 8 ? 2 : 1));
    expect(constants.some(({ name }) => name.endsWith('.offset'))).toBe(false);
    expect(await errorOf(given, tensor, bytes)).toBeLessThan(1e-5);
  });
});

test('2 bits without zero points are multiplied packed on WebGPU before zero points are', async () => {
  const given = { op: 'MatMul', slicing: { along: 0, group: 32 }, optimize: 'memory' } as const;
  const formOf = async (grid: GridKind, target: string) =>
    (await written(given, sampleTensor([rows, columns], given.slicing, 2, grid), target)).note.form;
  expect(await formOf('middle', 'ort-web@1.24/webgpu')).toBe('MatMulNBits');
  expect(await formOf('zero-point', 'ort-web@1.24/webgpu')).not.toBe('MatMulNBits');
  expect(await formOf('zero-point', 'ort-web@1.26/webgpu')).toBe('MatMulNBits');
});

test('zero points stay where a runtime moves operators in front of DequantizeLinear', async () => {
  const slicing = { axes: [0] };
  const tensor = sampleTensor([columns, rows], slicing, 8, 'middle');
  const zerosFor = async (target: string) => {
    const model = buildModel(
      {
        nodes: [
          makeNode({ op: 'Transpose', inputs: ['w'], outputs: ['t'], attributes: { perm: [1, 0] } }),
          makeNode({ op: 'MatMul', inputs: ['x', 't'], outputs: ['y'] }),
        ],
        initializers: [makeTensor('w', DataType.FLOAT, [columns, rows], new Float32Array(columns * rows))],
        inputs: { x: [1, rows] },
        outputs: { y: [1, columns] },
      },
      { opset: 17, ir: 8 },
    );
    const { sites } = describeModel(model);
    rewriteModel(model, sites, new Map([[sites[0]!.id, tensor]]), {
      optimize: 'memory',
      runtime: runtimeOf(parseTarget(target)),
    });
    return model.proto.graph!.initializer.filter(({ name }) => name.includes('.zero')).length;
  };
  expect(await zerosFor('ort-web@1.24/wasm')).toBe(1);
  expect(await zerosFor('ort-web@1.30/wasm')).toBe(0);
});
