import { quantize, seededRandom, type Granularity } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, parseTarget } from '../src/index.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';

const random = seededRandom(1);
const values = (count: number) => Float32Array.from({ length: count }, () => random() * random() - 0.2);
const weights = {
  table: makeTensor('table', DataType.FLOAT, [60, 64], values(60 * 64)),
  w: makeTensor('w', DataType.FLOAT, [64, 48], values(64 * 48)),
  k: makeTensor('k', DataType.FLOAT, [8, 64, 3], values(8 * 64 * 3)),
};

/** Rows of a table, multiplied, and rows that are convolved. */
const bytesAt = (opset: number, ir: number) =>
  buildBytes(
    {
      nodes: [
        makeNode({ op: 'Gather', inputs: ['table', 'ids'], outputs: ['rows'] }),
        makeNode({ op: 'MatMul', inputs: ['rows', 'w'], outputs: ['y'] }),
        makeNode({ op: 'Conv', inputs: ['signal', 'k'], outputs: ['z'] }),
      ],
      initializers: Object.values(weights),
      inputs: { ids: [5], signal: [1, 64, 9] },
      types: { ids: DataType.INT64 },
      outputs: { y: [5, 48], z: [1, 8, 7] },
    },
    { opset, ir },
  );

interface Wanted {
  readonly target?: string;
  readonly optimize?: 'speed' | 'memory';
  readonly weights?: string;
  readonly granularity?: Granularity;
  readonly bits?: number;
}

async function quantized(bytes: Uint8Array, wanted: Wanted = {}) {
  const { target, optimize = 'memory', granularity = 'group:32', bits = 4, weights = 'min-max' } = wanted;
  const options = { optimize, ...(target === undefined ? {} : { target: parseTarget(target) }) };
  const { model, report } = await quantize(onnx(bytes, options), { registry, weights, bits, granularity });
  return { bytes: model.bytes, rows: new Map(report.weights.map((row) => [row.id, row])) };
}

describe('4 bits in groups of 32 for memory are packed with the default quantizer', () => {
  const targets = [
    undefined,
    'ort-web@1.24/wasm',
    'ort-web@1.30/wasm',
    'ort-web@1.24/webgpu',
    'ort-web@1.30/webgpu',
  ];
  test.each([
    [9, 4],
    [17, 8],
    [21, 10],
  ])('at opset %i, IR %i, for every target', async (opset, ir) => {
    for (const target of targets) {
      const { bytes, rows } = await quantized(bytesAt(opset, ir), target === undefined ? {} : { target });
      expect(rows.get('w')).toMatchObject({ form: 'MatMulNBits', granularity: 'group:32' });
      expect(rows.get('table')).toMatchObject({ form: 'GatherBlockQuantized' });
      expect(rows.get('w')!.reason).toContain('zeroPoint=integer for MatMulNBits');
      expect(readModel(bytes, 'written')).toMatchObject({ opset, ir: 10 });
    }
  });

  test('and computes what the report says', async () => {
    const packed = await quantized(bytesAt(17, 8));
    const plain = await quantized(bytesAt(17, 8), {
      optimize: 'speed',
      weights: 'min-max:zeroPoint=integer',
    });
    const feeds = {
      ids: new ort.Tensor('int64', BigInt64Array.of(0n, 59n, 3n, 3n, 17n), [5]),
      signal: new ort.Tensor('float32', values(64 * 9), [1, 64, 9]),
    };
    const [a, b] = [await runModel(packed.bytes, feeds), await runModel(plain.bytes, feeds)];
    a.get('y')!.forEach((value, i) => expect(value).toBeCloseTo(b.get('y')![i]!, 4));
    expect(packed.rows.get('w')!.error).toEqual(plain.rows.get('w')!.error);
  });
});

test('nothing is given up where nothing takes packed codes, or any grid will do', async () => {
  const speed = await quantized(bytesAt(17, 8), { optimize: 'speed' });
  for (const { reason } of speed.rows.values()) expect(reason).not.toContain('zeroPoint');
  const { rows } = await quantized(bytesAt(21, 10));
  expect(rows.get('k')).toMatchObject({ form: 'DequantizeLinear→Add' });
  const channels = await quantized(bytesAt(17, 8), { granularity: 'channel' });
  for (const { reason } of channels.rows.values()) expect(reason).not.toContain('zeroPoint');
});

describe('the reason of a form that is not packed names what would pack', () => {
  test.each([
    [{ weights: 'min-max:zeroPoint=real' }, 'zeroPoint=integer', 'integer zero points alone'],
    [{ granularity: 'group:24' }, '', 'granularity group:32'],
    [{ granularity: 'channel', target: 'ort-web@1.24/webgpu', opset: 9 }, '', 'granularity group:32'],
    [{ bits: 3 }, '', 'MatMulNBits takes no 3 bits'],
    [{ weights: 'slq', bits: 4 }, 'no grid with integer zero points', 'codebook'],
  ] as const)('%o', async (wanted, reason, storageReason) => {
    const bytes = bytesAt('opset' in wanted ? wanted.opset : 17, 4);
    const row = (await quantized(bytes, wanted)).rows.get('w')!;
    expect(row.form).not.toBe('MatMulNBits');
    expect(row.reason).toContain(reason);
    expect(row.storageReason).toContain(storageReason);
  });

  test('per channel, for operators that no packed groups exist for', async () => {
    const row = (await quantized(bytesAt(17, 8))).rows.get('k')!;
    expect(row.storageReason).toContain('granularity channel');
    const channel = await quantized(bytesAt(17, 8), { granularity: 'channel' });
    expect(channel.rows.get('k')!.form).toMatch(/^DequantizeLinear/);
  });
});
