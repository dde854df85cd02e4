import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { buildModel } from '../../test/helpers/build-model.js';
import { onnx } from '../port.js';
import { DataType } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { writeModel } from '../model/write-model.js';

ort.env.wasm.numThreads = 1;

const model = buildModel({
  nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'], name: 'product' })],
  initializers: [makeTensor('w', DataType.FLOAT, [2, 2], [1, 2, 3, 4])],
  inputs: { x: ['n', 2] },
  outputs: { y: ['n', 2] },
});
const port = onnx(writeModel(model), { ort });
const x = { shape: [1, 2], data: Float32Array.of(1, 2) };
const batch = { inputs: { x } };
const tensor = new ort.Tensor('float32', x.data, x.shape);

test.each<[string, unknown, string, string?]>([
  ['a promise', Promise.resolve([batch]), 'batches', 'Await it first.'],
  ['one batch', batch, 'batches', 'Put the one batch into a list: [batch].'],
  ['values', x.data, 'batches'],
  ['nothing', undefined, 'batches'],
  ['a tensor in the list', [tensor], 'a batch'],
  ['values in the list', [x.data], 'a batch'],
  ['nothing in the list', [undefined], 'a batch'],
  ['inputs without the member inputs', [{ x }], 'a batch'],
  [
    'a tensor of the runtime as input',
    [{ inputs: { x: tensor } }],
    "input 'x'",
    'Of a tensor of the runtime: { shape: x.dims, data: x.data }.',
  ],
  ['values without a shape as input', [{ inputs: { x: x.data } }], "input 'x'"],
  ['an input without data', [{ inputs: { x: { shape: [1, 2] } } }], "input 'x'"],
])('%s instead of batches: the error says what batches are', async (_, given, where, remedy) => {
  const error = { code: 'calibration-invalid', where, expected: expect.stringContaining('data') as string };
  const wanted = remedy === undefined ? error : { ...error, remedy };
  await expect(port.observe!(given as never)).rejects.toMatchObject(wanted);
  await expect(
    (async () => {
      for await (const outputs of port.run!(given as never)) expect(outputs).toBeUndefined();
    })(),
  ).rejects.toMatchObject(wanted);
});

test('batches that are right are taken', async () => {
  expect((await port.observe!([batch])).batches).toBe(1);
  expect((await port.observe!(new Set([batch]), { statistics: 'ranges' })).batches).toBe(1);
});

test.each<[object, string, string]>([
  [{ statistcs: 'ranges' }, 'unsupported-option', 'Did you mean statistics?'],
  [{ statistics: 'range' }, 'unsupported-option', 'Did you mean ranges?'],
])('%j: the error says which option was meant', async (options, code, remedy) => {
  await expect(port.observe!([batch], options)).rejects.toMatchObject({ code, remedy });
});

test('a site that the model does not have is an error', async () => {
  const error = { code: 'invalid-argument', received: 'nonesuch' };
  await expect(port.observe!([batch], { sites: ['nonesuch'] })).rejects.toMatchObject(error);
});

test('misspelt options of a port are errors that say what was meant', () => {
  expect(() => onnx(writeModel(model), { targt: 'x' } as never)).toThrowError(
    expect.objectContaining({ code: 'unsupported-option', remedy: 'Did you mean target?' }),
  );
});

test.each(['all', 'ranges'] as const)(
  'what is no number is refused, and what is empty told: %s',
  async (statistics) => {
    const broken = { inputs: { x: { shape: [1, 2], data: [1, NaN] } }, labels: [0] };
    const refused = { code: 'non-finite', where: "batch 2: input 'x', at [0, 1]" };
    const labelled = { ...batch, labels: [0] };
    await expect(port.observe!([batch, broken], { statistics })).rejects.toMatchObject(refused);
    await expect(port.features!([labelled, broken])).rejects.toMatchObject(refused);
    const empty = { inputs: { x: { shape: [0, 2], data: [] } } };
    await expect(port.observe!([empty], { statistics })).rejects.toMatchObject({
      code: 'calibration-invalid',
      expected: 'batches with values',
    });
  },
);
