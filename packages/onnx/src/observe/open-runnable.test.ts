import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { buildBytes } from '../../test/helpers/build-model.js';
import { makeNode } from '../graph/make-node.js';
import { interfaceOf, onnx, openRunnable, readModel } from '../index.js';
import { DataType } from '../schema/proto.js';
import { readableOutputs } from './readable-outputs.js';
import { writeModel } from '../model/write-model.js';

ort.env.wasm.numThreads = 1;

const types = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  float16: DataType.FLOAT16,
  int64: DataType.INT64,
  int32: DataType.INT32,
  uint8: DataType.UINT8,
  int8: DataType.INT8,
  bool: DataType.BOOL,
} as const;
const names = Object.keys(types) as (keyof typeof types)[];
const byType = (suffix = '') => Object.fromEntries(names.map((name) => [name + suffix, ['n', 2]]));

/** Gives back what it takes, of every type. */
const echo = buildBytes({
  nodes: names.map((name) => makeNode({ op: 'Identity', inputs: [name], outputs: [`${name} out`] })),
  inputs: byType(),
  outputs: byType(' out'),
  types: Object.fromEntries(names.flatMap((name) => [name, `${name} out`].map((key) => [key, types[name]]))),
});
const given = Object.fromEntries(names.map((name) => [name, { shape: [2, 2], data: [1, 0, 1, 1] }]));
const open = (bytes: Uint8Array, remedy?: string) =>
  openRunnable(readModel(bytes, 'm.onnx'), bytes, ort, { ...(remedy && { remedy }) });

test('values of every type reach the runtime and come back, by the names that the interface tells', async () => {
  const model = await open(echo);
  const { inputs, outputs } = interfaceOf(readModel(echo));
  expect(model).toMatchObject({ name: 'm.onnx', inputs, outputs });
  expect(inputs).toEqual(names.map((name) => ({ name, type: name, shape: ['n', 2] })));
  const results = await model.run(given);
  for (const name of names) {
    const { shape, data } = results[`${name} out`]!;
    expect([name, shape, [...(data as ArrayLike<number> & Iterable<number>)]]).toEqual([
      name,
      [2, 2],
      [1, 0, 1, 1],
    ]);
  }
  await model.close();
});

test('a run that fails names the model and what to do, and inputs that do not fit are told with the nearest name', async () => {
  const sum = buildBytes({
    nodes: [makeNode({ op: 'MatMul', inputs: ['left', 'right'], outputs: ['z'] })],
    inputs: { left: ['a', 'b'], right: ['c', 'd'] },
    outputs: { z: ['a', 'd'] },
  });
  const model = await open(sum, 'Give other sizes.');
  const value = (...shape: number[]) => ({ shape, data: new Float32Array(shape[0]! * shape[1]!) });
  await expect(model.run({ left: value(2, 3), right: value(2, 3) })).rejects.toMatchObject({
    code: 'runtime-failed',
    where: 'm.onnx',
    remedy: 'Give other sizes.',
  });
  await expect(model.run({ left: value(2, 3), rigth: value(3, 2) })).rejects.toMatchObject({
    code: 'calibration-invalid',
    remedy: 'Did you mean right?',
  });
  expect((await model.run({ left: value(2, 3), right: value(3, 2) }))['z']!.shape).toEqual([2, 2]);
  await model.close();
});

interface OtherOutput {
  readonly model: string;
  readonly y: readonly number[];
  readonly other: readonly (number | string)[];
}

const otherOutputs = JSON.parse(
  readFileSync(new URL('../../fixtures/other-outputs.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, OtherOutput>>;
const rows = { x: { shape: [2, 3], data: [-2, -1, 0, 1, 2, 3] } };

test.each(Object.entries(otherOutputs))('a %s comes as a tensor of its values', async (kind, expected) => {
  const model = await open(Buffer.from(expected.model, 'base64'));
  const [y, other] = model.outputs;
  expect(y).toEqual({ name: 'y', type: 'float32', shape: ['n', 4] });
  expect(other?.type).toBe(kind === 'string' ? 'string' : 'float32');
  expect(model.unread).toBeUndefined();
  const results = await model.run(rows);
  expect(Object.keys(results)).toEqual([y!.name, other!.name]);
  for (const [name, values] of [
    [y!.name, expected.y],
    [other!.name, expected.other],
  ] as const)
    Array.from(results[name]!.data as ArrayLike<number | string>).forEach((value, i, all) => {
      expect(all.length).toBe(values.length);
      if (typeof value === 'string') expect(value).toBe(values[i]);
      else expect(value).toBeCloseTo(values[i] as number, 5);
    });
  await model.close();
});

test('an output that no tensor holds is told, and the others are given', async () => {
  const bytes = Buffer.from(otherOutputs['map']!.model, 'base64');
  const read = readModel(bytes, 'm.onnx');
  // Nothing says what makes the maps.
  read.proto.graph!.node = read.proto.graph!.node.filter(({ opType }) => opType !== 'ZipMap');
  const { outputs, unread } = readableOutputs(read);
  expect(outputs.map(({ tensor }) => tensor)).toEqual(['y']);
  expect(unread).toEqual([{ name: 'p', type: 'sequencetype', shape: null }]);
});

/** The same model with its second output alone. */
function withoutFirst(model: Uint8Array): Uint8Array {
  const read = readModel(model, 'm.onnx');
  read.proto.graph!.output.shift();
  return writeModel(read);
}

test.each(Object.entries(otherOutputs))(
  'a port runs a model of a %s, weights replaced too, and observes it',
  async (kind, { model, y, other }) => {
    const bytes = Buffer.from(model, 'base64');
    for (const [given, expected] of [
      [bytes, [y, other]],
      [withoutFirst(bytes), [other]],
    ] as const) {
      const port = onnx(given, { ort });
      const [weight] = (await port.layers()).flatMap(({ weights }) => weights);
      for (const replace of [new Map(), new Map([[weight!.id, await weight!.read()]])])
        for await (const outputs of port.run!([{ inputs: rows }], { replace })) {
          const told = Object.values(outputs);
          expect(told.map(({ data }) => data.length)).toEqual(expected.map(({ length }) => length));
          told.forEach(({ data, isText }, at) =>
            data.forEach((value, i) => {
              const wanted = expected[at]![i];
              // Texts become whole numbers that are equal where they are.
              const first = expected[at]!.indexOf(wanted as never);
              if (isText) expect([value, Number.isInteger(value)]).toEqual([data[first], true]);
              else expect(value).toBeCloseTo(wanted as number, 5);
            }),
          );
          expect(told.at(-1)!.isText).toBe(kind === 'string' ? true : undefined);
        }
      const observed = await port.observe!([{ inputs: rows }]);
      expect(Object.values(observed.sites)).toEqual([expect.objectContaining({ min: -2, max: 3, count: 6 })]);
    }
  },
);
