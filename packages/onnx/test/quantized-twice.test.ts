import { quantize, seededRandom, type Quantizer, type Recipe } from '@lowbit/core';
import { absmax, dynamic, horq, minMax, slq, twn } from '@lowbit/methods';
import { describe, expect, test } from 'vitest';
import * as ort from 'onnxruntime-web';
import { describeModel } from '../src/describe/describe-model.js';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { inspectModel } from '../src/describe/inspect-model.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { serializeModel } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { allKindsModel } from './helpers/all-kinds-model.js';
import { buildBytes, counting } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';

/** Sites of a written file, and of one that tells nothing of lowbit: no record, and names of another's. */
function sitesOf(bytes: Uint8Array): string[][] {
  const anonymous = readModel(bytes).proto;
  anonymous.metadataProps = [];
  const graph = anonymous.graph!;
  const names = new Map<string, string>();
  const other = (name: string) => {
    if (!/^[qa]_*\d*\./.test(name)) return name;
    names.set(name, names.get(name) ?? `tensor${names.size}`);
    return names.get(name)!;
  };
  for (const tensor of graph.initializer) tensor.name = other(tensor.name);
  for (const node of graph.node) {
    node.name = other(node.name);
    node.input = node.input.map(other);
    node.output = node.output.map(other);
  }
  const models = [readModel(bytes), readModel(serializeModel(anonymous, 'anonymous'))];
  return models.map((model) => describeModel(model).sites.map(({ id }) => id));
}

const methods: [string, Quantizer, number[], Recipe][] = [
  ['min-max', minMax(), [3, 4, 8], {}],
  ['min-max with float16 parameters', minMax(), [4], { parameterStorage: 'float16' }],
  ['integer zero points', plainMinMax, [1, 4, 16], {}],
  ['symmetric', absmax(), [8], {}],
  ['codebooks', slq(), [2], {}],
  ['three levels', twn(), [2], {}],
  ['residual signs', horq(), [2], {}],
];
const places = [
  { opset: 8, ir: 3, granularity: 'group:32' },
  { opset: 17, ir: 8, granularity: 'channel' },
  { opset: 17, ir: 8, granularity: 'group:32' },
  { opset: 21, ir: 10, granularity: 'group:16' },
] as const;

describe.each(places)(
  'what lowbit wrote is found by its record and by its form: opset $opset, $granularity',
  ({ granularity, ...version }) => {
    const bytes = allKindsModel(version);
    test.each(methods)('%s', async (_, weights, widths, more) => {
      for (const bits of widths) {
        for (const optimize of ['speed', 'memory'] as const) {
          const recipe: Recipe = { weights, bits, granularity, ...more };
          const { model, report } = await quantize(onnx(bytes, { optimize }), recipe);
          const left = report.skipped.map(({ subject }) => subject);
          const rest = ['table', 'w', 'v', 'k', 'g'].filter((name) => left.includes(name));
          expect(sitesOf(model.bytes), `${bits} bits, ${optimize}`).toEqual([rest, rest]);
        }
      }
    });
  },
);

test('a second run finds nothing to quantize, and says why', async () => {
  const bytes = allKindsModel({ opset: 17, ir: 8 });
  const { model } = await quantize(onnx(bytes), { weights: minMax(), bits: 4, granularity: 'group:32' });
  const again = quantize(onnx(model.bytes), { weights: minMax(), bits: 2 });
  await expect(again).rejects.toMatchObject({
    code: 'nothing-to-quantize',
    received: expect.stringContaining('quantized already') as string,
  });
  expect(inspectModel(readModel(model.bytes)).alreadyQuantized).toContain(
    'that standard operators decode × 5',
  );
});

test('parameters that are gathered for each group are told as what they are, however few', async () => {
  const bytes = allKindsModel({ opset: 17, ir: 8 });
  const recipe = { weights: minMax(), bits: 8, granularity: 'group:32', include: ['w'] } as const;
  const { model } = await quantize(onnx(bytes), recipe);
  const reasons = describeModel(readModel(model.bytes)).layers.flatMap(({ op, skipped }) =>
    op === 'Gather' ? skipped.map(({ reason }) => reason) : [],
  );
  expect(reasons.length).toBeGreaterThan(0);
  expect(new Set(reasons)).toEqual(new Set([skipReasons.parameters]));
});

test('weights that a first run left float are quantized by a second, and nothing else', async () => {
  const bytes = allKindsModel({ opset: 17, ir: 8 });
  const first = await quantize(onnx(bytes), {
    weights: minMax(),
    bits: 8,
    granularity: 'group:32',
    exclude: ['v', 'table'],
  });
  expect(sitesOf(first.model.bytes)[0]).toEqual(['table', 'v']);
  const second = await quantize(onnx(first.model.bytes), { weights: minMax(), bits: 4 });
  expect(second.report.weights.map(({ id }) => id).sort()).toEqual(['table', 'v']);
  expect(sitesOf(second.model.bytes)).toEqual([[], []]);
  const values = (model: Uint8Array) =>
    readModel(model).proto.graph!.initializer.filter(({ name }) => /^q\d+\.codes/.test(name));
  expect(values(second.model.bytes)).toEqual(expect.arrayContaining(values(first.model.bytes)));
});

describe.each(['operators', 'qdq'] as const)('where constants are folded, for integers: %s', (integers) => {
  test.each(methods)('what was quantized is found no more: %s', async (_, weights, [bits = 8], more) => {
    const bytes = allKindsModel({ opset: 17, ir: 8 });
    for (const optimize of ['speed', 'memory'] as const) {
      const recipe: Recipe = { weights, bits, granularity: 'group:32', ...more };
      const { model } = await quantize(onnx(bytes, { optimize }), recipe);
      const anonymous = readModel(model.bytes).proto;
      anonymous.metadataProps = [];
      for (const written of [model.bytes, serializeModel(anonymous, 'anonymous')]) {
        const layers = await onnx(written, { ort, integers }).layers();
        expect(layers.flatMap((layer) => layer.weights.map(({ id }) => id))).toEqual([]);
      }
    }
  });

  test('and stays as it was stored', async () => {
    const bytes = allKindsModel({ opset: 17, ir: 8 });
    const recipe: Recipe = { weights: minMax(), bits: 4, granularity: 'group:32', exclude: ['v'] };
    const first = await quantize(onnx(bytes), recipe);
    const port = onnx(first.model.bytes, { ort, integers });
    const layers = await port.layers();
    const range = { count: 8, nonFinite: 0, batches: 1, min: -9, max: 9, movingMin: -9, movingMax: 9 };
    const ids = layers.flatMap(({ sites }) => sites.map(({ id }) => id));
    const sites = Object.fromEntries(ids.map((id) => [id, range]));
    const second = await quantize(port, {
      weights: absmax(),
      bits: 8,
      activations: minMax(),
      calibration: { format: 'lowbit-calibration', version: 1, port: 'onnx', batches: 1, sites },
    });
    expect(second.report.weights.map(({ id, form }) => [id, form])).toEqual([
      ['v', integers === 'qdq' ? 'MatMulIntegerToFloat' : 'MatMulInteger'],
    ]);
    const codes = (model: Uint8Array) =>
      readModel(model).proto.graph!.initializer.filter(({ name }) => /^q\d+\.codes/.test(name));
    expect(codes(first.model.bytes)).toHaveLength(4);
    expect(codes(second.model.bytes)).toEqual(expect.arrayContaining(codes(first.model.bytes)));
  });
});

test.each([
  ['three bits', minMax(), 3],
  ['patches of horq', horq(), 2],
  ['dynamic in integers', dynamic(), 8],
  ['fixed ranges in integers', minMax(), 8],
] as const)(
  'constants that quantize activations are no weights: %s',
  async (title, activations, activationBits) => {
    const bytes = allKindsModel({ opset: 17, ir: 8 });
    const integers = title.includes('integers') ? ({ integers: 'operators' } as const) : {};
    const port = onnx(bytes, { ort, ...integers });
    const random = seededRandom(1);
    const floats = (shape: number[]) => ({
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, random),
    });
    const inputs = {
      ids: { shape: [5], data: [1, 2, 3, 4, 5] },
      image: floats([1, 24, 6, 6]),
      flat: floats([2, 48]),
    };
    const calibration = await port.observe!([{ inputs }]);
    const { model } = await quantize(port, {
      calibration,
      weights: absmax(),
      bits: 8,
      activations,
      activationBits,
    });
    expect(describeModel(readModel(model.bytes)).sites).toEqual([]);
  },
);

describe('tables', () => {
  const model = (rows: number, columns: number, constantIndices: boolean) =>
    readModel(
      buildBytes({
        nodes: [
          ...(constantIndices
            ? [
                makeNode({
                  op: 'Constant',
                  inputs: [],
                  outputs: ['i'],
                  attributes: { value_ints: [3, 1, 1] },
                }),
              ]
            : []),
          makeNode({ op: 'Gather', inputs: ['t', 'i'], outputs: ['y'] }),
        ],
        initializers: [counting('t', [rows, columns])],
        inputs: constantIndices ? {} : { i: [3] },
        types: { i: 7 },
        outputs: { y: [3, columns] },
      }),
    );
  const found = (rows: number, columns: number, constantIndices = false) => {
    const { sites, layers } = describeModel(model(rows, columns, constantIndices));
    return [sites.map(({ id }) => id), layers.flatMap(({ skipped }) => skipped.map(({ reason }) => reason))];
  };

  test('are embeddings from 16 rows and 1,024 values on', () => {
    expect(found(16, 64)).toEqual([['t'], []]);
    expect(found(15, 512)).toEqual([
      [],
      [expect.stringContaining('a table of 15 rows and 7680 values is too small')],
    ]);
    expect(found(341, 3)).toEqual([[], [expect.stringContaining('a table of 341 rows and 1023 values')]]);
  });

  test('that constant indices gather are no embeddings but constants', () => {
    expect(found(64, 64, true)).toEqual([[], [expect.stringContaining('constant indices')]]);
  });
});
