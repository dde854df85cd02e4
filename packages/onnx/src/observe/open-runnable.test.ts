import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { buildBytes } from '../../test/helpers/build-model.js';
import { makeNode } from '../graph/make-node.js';
import { interfaceOf, openRunnable, readModel } from '../index.js';
import { DataType } from '../schema/proto.js';

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

test('an output of text is refused', async () => {
  const text = buildBytes({
    nodes: [makeNode({ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: DataType.STRING } })],
    inputs: { x: [1] },
    outputs: { y: [1] },
    types: { y: DataType.STRING },
  });
  const model = await open(text);
  await expect(model.run({ x: { shape: [1], data: [1] } })).rejects.toMatchObject({
    code: 'layer-unsupported',
    where: 'output y',
  });
  await model.close();
});
