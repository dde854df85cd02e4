import { decode, type QuantizedTensor, type Slicing } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { rewriteModel } from '../src/forms/rewrite-model.js';
import { DataType } from '../src/schema/proto.js';
import { parseTarget, runtimeOf } from '../src/target/runtime.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { writeModel } from '../src/model/write-model.js';
import { buildModel, counting, integers } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';
import { sampleTensor, type GridKind } from './helpers/sample-tensor.js';

const widths = [1, 2, 3, 4, 6, 8, 12];
const kinds: readonly GridKind[] = ['zero-point', 'middle', 'offset', 'symmetric', 'codebook', 'residual'];
const [entries, features] = [60, 64];

const slicings: readonly Slicing[] = [
  'tensor',
  { axes: [0] },
  { axes: [1] },
  { along: 1, group: 16 },
  { along: 1, group: 64 },
  { along: 1, group: 24 },
];

const tables = new Map<string, QuantizedTensor>();
for (const bits of widths) {
  for (const [at, slicing] of slicings.entries()) {
    for (const kind of kinds) {
      if (kind === 'residual' && bits > 8) continue;
      tables.set(`${kind}_${bits}_${at}`, sampleTensor([entries, features], slicing, bits, kind));
    }
  }
}

const indices = [
  [3, 59, 0],
  [17, 17, 42],
];
const ids = () => new ort.Tensor('int64', BigInt64Array.from(indices.flat(), BigInt), [2, 3]);

/** y_ID = rows of each table by `ids`, z_ID = one row by a scalar. */
function lookUps(
  versions: { opset: number; ir: number },
  type: DataType = DataType.FLOAT,
  names: readonly string[] = [...tables.keys()],
) {
  const zeros = new Float32Array(entries * features);
  const take = (name: string, by: string, to: string) => [
    makeNode({ op: 'Gather', inputs: [name, by], outputs: [`${to}_h_${name}`] }),
    makeNode({
      op: 'Cast',
      inputs: [`${to}_h_${name}`],
      outputs: [`${to}_${name}`],
      attributes: { to: DataType.FLOAT },
    }),
  ];
  return buildModel(
    {
      nodes: [
        makeNode({
          op: 'Constant',
          inputs: [],
          outputs: ['one'],
          attributes: { value: { tensor: makeTensor('', DataType.INT64, [], [7]) } },
        }),
        makeNode({ op: 'Identity', inputs: ['ids'], outputs: ['same'] }),
        ...names.flatMap((name) => [...take(name, 'same', 'y'), ...take(name, 'one', 'z')]),
      ],
      initializers: names.map((name) => makeTensor(name, type, [entries, features], zeros)),
      inputs: {
        ids: [2, 3],
        ...(versions.ir < 4 ? Object.fromEntries(names.map((name) => [name, [entries, features]])) : {}),
      },
      types: { ids: DataType.INT64 },
      outputs: Object.fromEntries(
        names.flatMap((name) => [
          [`y_${name}`, [2, 3, features]],
          [`z_${name}`, [features]],
        ]),
      ),
    },
    versions,
  );
}

/** Integer zero points round once where decode rounds twice. */
const permitted = 2 ** -22;

function worst(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) / largest;
}

describe('embeddings give what decode gives', () => {
  test.each([
    { optimize: 'speed', opset: 13, ir: 8 },
    { optimize: 'memory', opset: 7, ir: 3 },
    { optimize: 'memory', opset: 13, ir: 8 },
    { optimize: 'memory', opset: 21, ir: 10 },
  ] as const)('for $optimize, opset $opset, IR $ir', async ({ optimize, ...versions }) => {
    const model = lookUps(versions);
    const notes = rewriteModel(model, describeModel(model).sites, tables, { optimize });
    const outputs = await runModel(writeModel(model), { ids: ids() });
    const wrong = notes.filter(({ id, float }) => {
      if (float === true) return false;
      const rows = decode(tables.get(id)!);
      const row = (index: number) => [...rows.subarray(index * features, (index + 1) * features)];
      const found = worst(outputs.get(`y_${id}`)!, Float32Array.from(indices.flat().flatMap(row)));
      return !(found <= permitted && worst(outputs.get(`z_${id}`)!, Float32Array.from(row(7))) <= permitted);
    });
    expect(wrong.map(({ id, form }) => `${id}: ${form}`)).toEqual([]);
    if (optimize === 'speed') return;
    const forms = new Map(notes.map(({ id, form }) => [id, form]));
    expect(forms.get('zero-point_4_3')).toBe('GatherBlockQuantized');
    expect(forms.get('zero-point_8_4')).toBe('GatherBlockQuantized');
    expect(forms.get('offset_4_3')).toBe('Gather→planar 4-bit→Mul→Add');
    expect(forms.get('zero-point_8_1')).toMatch(/^Gather→Cast→/);
    expect(forms.get('codebook_3_1')).toBe('Gather→planar 4-bit→Gather');
    for (const [id, bytes] of [
      ['offset_4_1', 1 / 2],
      ['zero-point_8_1', 1],
    ] as const) {
      const { memoryBytes, storedBytes } = notes.find((note) => note.id === id)!;
      expect(memoryBytes, id).toBeLessThan(bytes * entries * features + 8 * entries + 100);
      expect(storedBytes, id).toBeLessThan(bytes * entries * features + 8 * entries + 1400);
    }
  });
});

/** Tables in groups of 16 and of 64, at widths that GatherBlockQuantized has or widens. */
const grouped = [1, 2, 3, 4, 8].flatMap((bits) =>
  [`zero-point_${bits}`, `middle_${bits}`].flatMap((grid) => [`${grid}_3`, `${grid}_4`]),
);

test.each([
  ['1.20/wasm', { 1: 4, 2: 4, 3: 4, 4: 4 }],
  ['1.24/wasm', { 1: 4, 2: 4, 3: 4, 4: 4, 8: 8 }],
  ['1.30/wasm', { 1: 2, 2: 2, 3: 4, 4: 4, 8: 8 }],
  ['1.30/webgpu', { 1: 2, 2: 2, 3: 4, 4: 4, 8: 8 }],
] as const)('grouped tables for %s', async (target, held: Readonly<Record<number, number>>) => {
  const model = lookUps({ opset: 17, ir: 8 }, DataType.FLOAT, grouped);
  const runtime = runtimeOf(parseTarget(`ort-web@${target}`));
  const given = new Map(grouped.map((id) => [id, tables.get(id)!]));
  const notes = rewriteModel(model, describeModel(model).sites, given, { optimize: 'memory', runtime });
  const outputs = await runModel(writeModel(model), { ids: ids() });
  for (const { id, form, storedBytes } of notes) {
    const { bits } = tables.get(id)!;
    expect([id, form === 'GatherBlockQuantized']).toEqual([id, held[bits] !== undefined]);
    const expected = decode(tables.get(id)!);
    expect(worst(outputs.get(`z_${id}`)!, expected.subarray(7 * features, 8 * features))).toBeLessThanOrEqual(
      permitted,
    );
    if (held[bits] === 2) expect(storedBytes).toBeLessThan((entries * features * 3) / 8 + 16 * entries + 400);
  }
});

test('a table of float16 gives float16', async () => {
  const id = 'zero-point_4_1';
  const model = lookUps({ opset: 17, ir: 8 }, DataType.FLOAT16, [id]);
  const notes = rewriteModel(model, describeModel(model).sites, new Map([[id, tables.get(id)!]]), {
    optimize: 'memory',
  });
  expect(notes[0]!.form).toMatch(/^Gather→planar/);
  const outputs = await runModel(writeModel(model), { ids: ids() });
  const expected = decode(tables.get(id)!).subarray(7 * features, 8 * features);
  expect(worst(outputs.get(`z_${id}`)!, expected)).toBeLessThan(2 ** -10);
});

describe('what is an embedding', () => {
  const io = { inputs: { x: [2] }, types: { x: DataType.INT64 }, outputs: { y: [2, 6] } };
  const take = (table: string, attributes = {}) =>
    makeNode({ op: 'Gather', inputs: [table, 'x'], outputs: ['y'], attributes });
  const describeTable = (table: ReturnType<typeof counting>, attributes = {}) =>
    describeModel(buildModel({ ...io, nodes: [take(table.name, attributes)], initializers: [table] }));

  test.each([
    [{}, 0],
    [{ axis: -2 }, 0],
    [{ axis: 1 }, 1],
    [{ axis: -1 }, 1],
  ])('a table with %o has its entries on axis %d', (attributes, axis) => {
    const [site] = describeTable(counting('t', [32, 48]), attributes).sites;
    expect(site).toMatchObject({ kernel: 'embedding', outputAxes: [axis], inputAxis: 1 - axis });
  });

  test.each([
    ['integers', integers('t', [1, 2, 3]), skipReasons.noWeights],
    ['a vector', counting('t', [6]), skipReasons.noWeights],
    ['a large constant of three axes', counting('t', [8, 16, 16]), skipReasons.notSupported('Gather')],
  ])('%s is not', (_, table, reason) => {
    const { sites, layers } = describeTable(table);
    expect(sites).toEqual([]);
    expect(layers[0]!.skipped.map((note) => note.reason)).toEqual([reason]);
  });

  test('a table that is multiplied too has one id and stays right', async () => {
    const nodes = [
      take('t'),
      makeNode({ op: 'Transpose', inputs: ['t'], outputs: ['tt'] }),
      makeNode({ op: 'MatMul', inputs: ['y', 'tt'], outputs: ['z'] }),
    ];
    const table = counting('t', [entries, features]);
    const parts = { ...io, nodes, initializers: [table], outputs: { z: [2, entries] } };
    const model = buildModel(parts);
    const { sites } = describeModel(model);
    expect(sites.map(({ id, outputAxes }) => [id, outputAxes])).toEqual([['t', [0]]]);
    const tensor = tables.get('zero-point_8_1')!;
    const [note] = rewriteModel(model, sites, new Map([['t', tensor]]), { optimize: 'memory' });
    expect(note!.form).toBe('DequantizeLinear');
    const x = new ort.Tensor('int64', BigInt64Array.of(0n, 59n), [2]);
    const rows = decode(tensor);
    const outputs = await runModel(writeModel(model), { x });
    const expected = Float32Array.from({ length: 2 * entries }, (_, i) => {
      const [a, b] = [i < entries ? 0 : 59, i % entries];
      let sum = 0;
      for (let k = 0; k < features; k++) sum += rows[a * features + k]! * rows[b * features + k]!;
      return sum;
    });
    expect(worst(outputs.get('z')!, expected)).toBeLessThan(1e-5);
  });
});

test('positions that are cut to the length of the input take rows of a table; constant ones give a constant', () => {
  const length = [
    makeNode({ op: 'Shape', inputs: ['ids'], outputs: ['shape'] }),
    makeNode({ op: 'Gather', inputs: ['shape', 'zero'], outputs: ['end'] }),
  ];
  const found = (isCut: boolean) => {
    const model = buildModel({
      nodes: [
        ...(isCut ? length : []),
        makeNode({
          op: 'Slice',
          inputs: ['positions', 'zero', isCut ? 'end' : 'all', 'zero'],
          outputs: ['cut'],
        }),
        makeNode({ op: 'Gather', inputs: ['table', 'cut'], outputs: ['y'] }),
        makeNode({ op: 'Identity', inputs: ['ids'], outputs: ['same'] }),
      ],
      initializers: [
        makeTensor(
          'table',
          DataType.FLOAT,
          [32, 64],
          new Float32Array(2048).map((_, at) => Math.sin(at)),
        ),
        integers(
          'positions',
          Array.from({ length: 32 }, (_, at) => at),
        ),
        integers('zero', [0]),
        integers('all', [32]),
      ],
      inputs: { ids: [7] },
      outputs: { y: [7, 64], same: [7] },
    });
    return describeModel(model).sites.map(({ id }) => id);
  };
  expect(found(true)).toEqual(['table']);
  expect(found(false)).toEqual([]);
});
