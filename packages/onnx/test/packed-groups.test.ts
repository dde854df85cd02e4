import { measureError, quantize, seededRandom, type Quantizer, type WeightReport } from '@lowbit/core';
import { dynamic, registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, parseTarget } from '../src/index.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';

const random = seededRandom(7);
const values = (count: number, size = 1) =>
  Float32Array.from({ length: count }, () => size * (random() * random() - 0.2));
const [entries, columns] = [60, 48];
const types = { FLOAT: DataType.FLOAT, FLOAT16: DataType.FLOAT16 } as const;

interface Made {
  readonly type?: DataType;
  readonly features?: number;
  readonly opset?: number;
  /** How large the weights are. */
  readonly size?: number;
}

/** t = rows of a table, y = their product with w, g = with v by Gemm. */
function modelBytes({ type = DataType.FLOAT, features = 64, opset = 17, size = 1 }: Made = {}): Uint8Array {
  const cast = (from: string, to: string) =>
    makeNode({ op: 'Cast', inputs: [from], outputs: [to], attributes: { to: DataType.FLOAT } });
  return buildBytes(
    {
      nodes: [
        makeNode({ op: 'Gather', inputs: ['table', 'ids'], outputs: ['rows'] }),
        makeNode({ op: 'MatMul', inputs: ['rows', 'w'], outputs: ['product'] }),
        makeNode({ op: 'Gemm', inputs: ['rows', 'v'], outputs: ['gemm'] }),
        cast('rows', 't'),
        cast('product', 'y'),
        cast('gemm', 'g'),
      ],
      initializers: [
        makeTensor('table', type, [entries, features], values(entries * features, size)),
        makeTensor('w', type, [features, columns], values(features * columns, size)),
        makeTensor('v', type, [features, columns], values(features * columns)),
      ],
      inputs: { ids: [entries] },
      types: { ids: DataType.INT64 },
      outputs: { t: [entries, features], y: [entries, columns], g: [entries, columns] },
    },
    { opset, ir: opset > 20 ? 10 : 8 },
  );
}

const ids = new ort.Tensor(
  'int64',
  BigInt64Array.from({ length: entries }, (_, at) => BigInt(at)),
  [entries],
);

interface Asked {
  readonly weights?: string | Quantizer;
  readonly bits?: number;
  readonly granularity?: 'channel' | `group:${number}`;
  readonly target?: string;
}

async function packed(bytes: Uint8Array, asked: Asked = {}) {
  const { weights = 'min-max', bits = 4, granularity = 'group:32', target } = asked;
  const port = onnx(bytes, { optimize: 'memory', ...(target && { target: parseTarget(target) }) });
  const { model, report } = await quantize(port, { registry, weights, bits, granularity });
  const rows = new Map(report.weights.map((row) => [row.id, row]));
  return { bytes: model.bytes, row: (id: string) => rows.get(id) as WeightReport, port };
}

describe.each(['FLOAT', 'FLOAT16'] as const)('products and tables of %s in groups are packed', (name) => {
  const type = types[name];
  test.each([
    [17, 64],
    [21, 64],
    [17, 80],
    [21, 75],
  ])('at opset %i, rows of %i', async (opset, features) => {
    const { bytes, row, port } = await packed(modelBytes({ type, features, opset }));
    expect([row('w').form, row('table').form]).toEqual(['MatMulNBits', 'GatherBlockQuantized']);
    expect(row('table').reason).toContain('zeroPoint=integer for GatherBlockQuantized');
    const { initializer, node } = readModel(bytes).proto.graph!;
    const scales = node
      .filter(({ domain }) => domain === 'com.microsoft')
      .filter(({ opType }) => opType !== 'DequantizeLinear')
      .map(({ input }) => input[2]!);
    for (const scale of scales)
      expect(initializer.find((one) => one.name === scale)).toMatchObject({ dataType: type });
    const table = await (await port.layers()).flatMap(({ weights }) => weights)[0]!.read();
    const read = (await runModel(bytes, { ids })).get('t')!;
    expect(measureError(table, read).sqnrDb).toBeCloseTo(row('table').error!.sqnrDb!, 2);
  });
});

test.each([
  [24, 'group:32', 'group:32'],
  [18, 'group:128', 'group:32'],
  [96, 'group:128', 'group:128'],
  [31, 'group:48', 'group:32'],
] as const)(
  'rows of %i that are shorter than %s are one short group each, filled up as little as can be',
  async (features, granularity, written) => {
    for (const type of Object.values(types)) {
      const given = modelBytes({ type, features });
      const { bytes, row } = await packed(given, { granularity });
      for (const [id, form] of [
        ['w', 'MatMulNBits'],
        ['table', 'GatherBlockQuantized'],
      ] as const) {
        expect(row(id)).toMatchObject({ form, granularity: written });
        expect(row(id).reason).toContain(`${written} for ${form}`);
      }
      const weights = 'min-max:zeroPoint=integer';
      const channels = await packed(given, { weights, granularity: 'channel' });
      const outputs = await runModel(bytes, { ids });
      for (const [name, values] of await runModel(channels.bytes, { ids }))
        expect(measureError(values, outputs.get(name)!).sqnrDb ?? Infinity).toBeGreaterThan(50);
    }
  },
);

test('what was asked for wins where groups are longer than the axis, and the reason says what would pack', async () => {
  const { row } = await packed(modelBytes({ features: 24 }), { weights: 'min-max:zeroPoint=real' });
  expect(row('w')).toMatchObject({ granularity: 'channel' });
  expect(row('w').reason).toContain('MatMulNBits would take it with zeroPoint=integer and group:32');
});

test('scales that float16 cannot hold stay float32 in another form, and the reason says so', async () => {
  // Subnormal numbers of float16, whose differences it does not hold.
  const { row } = await packed(modelBytes({ type: DataType.FLOAT16, size: 2 ** -20 }));
  for (const id of ['w', 'table']) {
    expect(row(id).form).not.toMatch(/MatMulNBits|GatherBlockQuantized/);
    expect(row(id).storageReason).toContain("scales of the model's type alone, float16");
    expect(row(id).storageReason).not.toContain('opset');
  }
});

describe('the reason names the cause and what would pack, and the opset only where that is the cause', () => {
  test.each([
    [{ bits: 3 }, 'w', 'MatMulNBits takes no 3 bits here, but would take 4'],
    [{ granularity: 'group:48' }, 'w', 'would of 32 (granularity group:32)'],
    [{ granularity: 'group:48' }, 'table', 'would of 32 (granularity group:32)'],
    [{ bits: 3, granularity: 'group:48' }, 'w', 'would take 4 in groups of 32 (granularity group:32)'],
    [{ weights: 'min-max:zeroPoint=real' }, 'w', 'MatMulNBits takes grids with integer zero points alone'],
    [{ weights: 'min-max:zeroPoint=real' }, 'table', 'takes grids with integer zero points alone'],
    [{ weights: 'ul2q' }, 'w', 'MatMulNBits takes grids with integer zero points alone'],
    [{ weights: 'slq' }, 'w', 'no operator decodes a codebook scheme from packed codes'],
  ] as const)('%o of %s', async (asked, id, why) => {
    const reason = (await packed(modelBytes(), asked)).row(id).storageReason;
    expect(reason).toContain(why);
    expect(reason).not.toContain('opset');
  });
});

test.each([
  [40, 2, 32, '8 of 32'],
  [40, 8, 32, '8 of 32'],
  [80, 2, 32, '16 of 32'],
  [80, 8, 32, '16 of 32'],
  [100, 8, 64, '36 of 64'],
] as const)(
  'of %i rows, %i bits in groups of %i the reason says that the last is short, and what would pack does',
  async (features, bits, group, short) => {
    for (const opset of [17, 21]) {
      const given = modelBytes({ features, opset });
      const weights = 'min-max:zeroPoint=integer';
      const { row } = await packed(given, { weights, bits, granularity: `group:${group}` });
      expect(row('w').form).not.toBe('MatMulNBits');
      const { storageReason } = row('w');
      expect(storageReason).toContain(`here, since the last group is short (${short}), but would`);
      const [, other] = /granularity (group:\d+)\)/.exec(storageReason) ?? [];
      const [, width] = /but would take (\d)/.exec(storageReason) ?? [];
      const granularity = (other ?? `group:${group}`) as `group:${number}`;
      const then = await packed(given, { weights, bits: Number(width ?? bits), granularity });
      expect(then.row('w').form).toBe('MatMulNBits');
    }
  },
);

test.each([
  ['nf4', 4],
  ['slq', 4],
  ['twn', 2],
  ['bwn', 1],
  ['horq', 2],
] as const)(
  'of a table by %s with %i bits the reason says that the last group is short, and what would pack does',
  async (weights, bits) => {
    for (const [features, group, short] of [
      [72, 32, '8 of 32'],
      [72, 25, '22 of 25'],
      [74, 32, '10 of 32'],
    ] as const) {
      const given = modelBytes({ features });
      const { storageReason, form } = (
        await packed(given, { weights, bits, granularity: `group:${group}` })
      ).row('table');
      expect(form).not.toMatch(/^Gather/);
      expect(storageReason).toContain(
        `here, since the last group is short (${short}); it would stay packed with`,
      );
      const named = storageReason.matchAll(/granularity (channel|group:\d+)/g);
      const remedies = [...named].map(([, granularity]) => granularity as 'channel' | `group:${number}`);
      expect(remedies).toEqual(features === 72 ? ['group:24', 'channel'] : ['channel']);
      for (const granularity of remedies)
        expect((await packed(given, { weights, bits, granularity })).row('table').form).toMatch(/^Gather/);
    }
  },
);

test.each(['ort-web@1.24/webgpu', 'ort-web@1.30/webgpu'])(
  'float16 is packed for %s as well',
  async (target) => {
    const { row } = await packed(modelBytes({ type: DataType.FLOAT16 }), { target });
    expect(['w', 'v', 'table'].map((id) => row(id).form)).toEqual([
      'MatMulNBits',
      'MatMulNBits',
      'GatherBlockQuantized',
    ]);
  },
);

test('ranges that are measured on each run are written as operators instead of qdq, and the report says so', async () => {
  const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const weight = (name: string, dims: readonly number[]) =>
    makeTensor(name, DataType.FLOAT, dims, values(dims.reduce((all, size) => all * size, 1)));
  const bytes = buildBytes({
    nodes: [
      makeNode({ op: 'MatMul', inputs: ['x', 'm'], outputs: ['a'] }),
      makeNode({ op: 'Gemm', inputs: ['a', 'n'], outputs: ['b'] }),
      makeNode({ op: 'Conv', inputs: ['i', 'k'], outputs: ['c'], attributes: pads }),
    ],
    initializers: [weight('m', [128, 128]), weight('n', [128, 128]), weight('k', [64, 64, 3, 3])],
    inputs: { x: [4, 128], i: [1, 64, 6, 6] },
    outputs: { b: [4, 128], c: [1, 64, 6, 6] },
  });
  const { report } = await quantize(onnx(bytes, { integers: 'qdq' }), {
    registry,
    weights: 'min-max',
    activations: dynamic(),
  });
  const said = 'written as operators instead of qdq: ranges that are measured on each run';
  expect(report.weights.map(({ form }) => form)).toEqual(['MatMulInteger', 'MatMulInteger', 'ConvInteger']);
  for (const { form, reason, storageReason } of report.weights) {
    expect(storageReason).toContain(said);
    expect(reason).toContain(`for ${form}`);
  }
  for (const { formReason } of report.activations!) expect(formReason).toContain(said);
});
