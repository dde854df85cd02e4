import { quantize, seededRandom, type Batch, type LayerDescriptor } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { inspectModel } from '../src/describe/inspect-model.js';
import { onnx, type OnnxOptions, type OnnxResult } from '../src/index.js';
import { readModel } from '../src/read/read-model.js';
import { DataType, type ModelProto, serializeModel } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { moveOut } from '../src/external/place-tensors.js';
import { buildBytes, buildGraph, buildProto, integers } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise } from './helpers/run-model.js';

const [rows, columns] = [40, 30];
const float = (name: string, dims: readonly number[]) => {
  const count = dims.reduce((product, size) => product * size, 1);
  const random = seededRandom(name.charCodeAt(0));
  const values = Float32Array.from({ length: count }, () => 2 * random() - 1);
  return makeTensor(name, DataType.FLOAT, dims, values);
};

/** y = x · reshape(w) + b, z = x · v + c: w and the shape lie in `a.bin`, v and b in `b.bin`, c in `c.bin`. */
function split(shapeOutside = true): { bytes: Uint8Array; files: Map<string, Uint8Array> } {
  const shape = integers('shape', [rows, columns]);
  const tensors = [
    ['a.bin', float('w', [rows * columns])],
    ['a.bin', shape],
    ['b.bin', float('v', [rows, columns])],
    ['b.bin', float('b', [columns])],
    ['c.bin', float('c', [columns])],
  ] as const;
  const graph = buildGraph({
    nodes: [
      makeNode({ op: 'Reshape', inputs: ['w', 'shape'], outputs: ['w2'] }),
      makeNode({ op: 'MatMul', inputs: ['x', 'w2'], outputs: ['xw'] }),
      makeNode({ op: 'Add', inputs: ['xw', 'b'], outputs: ['y'] }),
      makeNode({ op: 'MatMul', inputs: ['x', 'v'], outputs: ['xv'] }),
      makeNode({ op: 'Add', inputs: ['xv', 'c'], outputs: ['z'] }),
    ],
    initializers: tensors.map(([, tensor]) => tensor),
    inputs: { x: [2, rows] },
    outputs: { y: [2, columns], z: [2, columns] },
  });
  const files = new Map<string, Uint8Array>();
  for (const [path, tensor] of tensors) {
    if (tensor === shape && !shapeOutside) continue;
    const before = files.get(path) ?? new Uint8Array(3);
    files.set(path, Uint8Array.from([...before, ...tensor.rawData]));
    moveOut(tensor, path, before.length, tensor.rawData.length);
  }
  return { bytes: serializeModel(buildProto(graph), 'test'), files };
}

const { bytes, files } = split();

async function run(model: OnnxResult | Uint8Array, beside?: readonly { path: string; data: Uint8Array }[]) {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create('bytes' in model ? model.bytes : model, {
    externalData: [...(beside ?? ('bytes' in model ? (model.externalData ?? []) : []))],
  });
  const outputs = await session.run({ x: noise([2, rows], seededRandom(9)) });
  await session.release();
  return ['y', 'z'].map((name) => outputs[name]!.data as Float32Array);
}

/** The runtime wants shapes inside. */
const plain = split(false);
const original = run(
  plain.bytes,
  [...plain.files].map(([path, data]) => ({ path, data })),
);

function quantized(options: OnnxOptions = {}, exclude: string[] = []) {
  const opened: string[] = [];
  const externalData = (path: string) => {
    opened.push(path);
    return files.get(path) as Uint8Array;
  };
  const port = onnx(bytes, { name: 'dir/two.onnx', externalData, ...options });
  return { opened, port, done: quantize(port, { weights: plainMinMax, bits: 8, exclude }) };
}

async function expectClose(result: OnnxResult) {
  const [expected, actual] = [await original, await run(result)];
  actual.forEach((values, i) =>
    values.forEach((value, j) => expect(Math.abs(value - expected[i]![j]!)).toBeLessThan(0.05)),
  );
}

const namesOf = (result: OnnxResult) => result.externalData?.map(({ path }) => path);

describe('weights in other files', () => {
  test('are read when they are asked for, each file once in a row', async () => {
    const { opened, port } = quantized();
    const layers = await quantized().port.layers();
    expect(layers.flatMap(({ weights }) => weights.map(({ id }) => id))).toEqual(['w', 'v']);
    await port.layers();
    expect(opened).toEqual(['a.bin']);
  });

  test.each(['speed', 'memory'] as const)(
    'are quantized for %s; what stays keeps its place',
    async (optimize) => {
      const { model, report } = await quantized({ optimize }).done;
      expect(report.weights.map(({ id }) => id)).toEqual(['w', 'v']);
      expect(namesOf(model)).toEqual(['c.bin', 'two.lowbit.data']);
      expect(model.externalData![0]!.data).toBe(files.get('c.bin'));
      expect(model.externalData![1]!.data.length).toBe(128);
      const outside = [rows * columns, rows * columns, 2, columns, columns].map(
        (n, i) => n * (i === 2 ? 8 : 4),
      );
      expect(report.modelBytes.before).toBe(bytes.length + outside.reduce((sum, n) => sum + n, 0));
      expect(report.modelBytes.after).toBe(model.bytes.length + 2 * 4 * columns);
      await expectClose(model);
    },
  );

  test('count as they were where they are folded or become float16', async () => {
    for (const options of [{ float16: true }, { integers: 'operators' }] as const) {
      const { report } = await quantized(options).done;
      expect(report.modelBytes.before).toBe(bytes.length + 4 * (2 * rows * columns + 2 * columns) + 16);
    }
  });

  test('of a file in which nothing changes pass on', async () => {
    const { model } = await quantized({}, ['v']).done;
    expect(namesOf(model)).toEqual(['b.bin', 'c.bin']);
    await expectClose(model);
  });

  test('can all be put inside, and outside', async () => {
    const inside = (await quantized({ external: false }, ['v']).done).model;
    expect(inside.externalData).toBeUndefined();
    await expectClose(inside);
    const outside = (await quantized({ external: true }).done).model;
    expect(namesOf(outside)).toEqual(['c.bin', 'two.lowbit.data']);
    expect(outside.bytes.length).toBeLessThan(inside.bytes.length / 2);
    await expectClose(outside);
  });

  test('go into a file of the wanted name, or near it where the model keeps such a file', async () => {
    const named = (await quantized({ external: true, externalPath: 'data/small.data' }).done).model;
    expect(namesOf(named)).toEqual(['c.bin', 'data/small.data']);
    await expectClose(named);
    const taken = (await quantized({ external: true, externalPath: 'c.bin' }).done).model;
    expect(namesOf(taken)).toEqual(['c.bin', 'c-2.bin']);
    await expectClose(taken);
    for (const externalPath of ['../small.data', '/small.data', 'a\\b.data', ''])
      expect(() => onnx(bytes, { externalPath })).toThrowError(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
  });

  test('are spread over several files where one would become too large, but for a tensor that is larger itself', async () => {
    const limited = async (externalLimit: number, more: OnnxOptions = {}) =>
      (await quantized({ external: true, externalLimit, ...more }).done).model;
    const two = await limited(1500);
    expect(namesOf(two)).toEqual(['c.bin', 'two.lowbit.data', 'two.lowbit-2.data']);
    expect(two.externalData?.slice(1).every(({ data }) => data.length <= 1500)).toBe(true);
    await expectClose(two);
    expect(namesOf(await limited(100))).toHaveLength(4);
    expect(namesOf(await limited(1500, { external: 'fit' }))).toHaveLength(3);
    expect((await limited(1e9, { external: 'fit' })).externalData).toBeUndefined();
    expect(() => onnx(bytes, { externalLimit: 0 })).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  test('are there when the port runs the model', async () => {
    const externalData = (path: string) => files.get(path) as Uint8Array;
    const [y] = await original;
    const x = { shape: [2, rows], data: noise([2, rows], seededRandom(9)).data as Float32Array };
    const batches: Batch[] = [{ inputs: { x }, labels: [0, 1] }];
    const port = onnx(bytes, { externalData, ort });
    for await (const outputs of port.run!(batches)) expect(outputs.y!.data).toEqual(y);
    expect(Object.keys((await port.observe!(batches)).sites)).toEqual(['x']);
    const { layers } = await port.features!(batches);
    expect([...layers.values()].map(({ dimensions }) => dimensions)).toEqual([columns, columns]);
    for (const work of [onnx(bytes, { ort }).observe!(batches), onnx(bytes, { ort }).features!(batches)])
      await expect(work).rejects.toMatchObject({ code: 'external-data' });
  });

  test('are left alone where the files are not given, and said so', async () => {
    const port = onnx(bytes);
    const skipped = (await port.layers()).flatMap((layer) => layer.skipped ?? []);
    const missing = skipped.filter(({ reason }) => reason.includes('another file, which was not given'));
    expect(missing.map(({ subject }) => subject)).toEqual(['v']);
    const inspection = inspectModel(readModel(bytes));
    expect(inspection.quantizable.map(({ id }) => id)).toContain('v');
    expect(inspection.externalFiles).toEqual([
      { path: 'a.bin', tensors: 2 },
      { path: 'b.bin', tensors: 2 },
      { path: 'c.bin', tensors: 1 },
    ]);
  });

  test.each<[string, NonNullable<OnnxOptions['externalData']>]>([
    ['a file that is missing', () => Promise.reject(new Error('ENOENT'))],
    ['a file that is no bytes', () => undefined as unknown as Uint8Array],
    ['a file that is cut short', (path) => (files.get(path) as Uint8Array).subarray(0, 4000)],
  ])('%s is a typed error', async (_, externalData) => {
    await expect(quantized({ externalData }).done).rejects.toMatchObject({ code: 'external-data' });
  });

  test.each(['../c.bin', '/c.bin', '*/_ORT_MEM_ADDR_/*'])(
    'at %j are refused, and nothing is opened',
    async (path) => {
      const { proto } = readModel(bytes);
      const hostile = serializeModel(edited(proto, path), 'test');
      const opened: string[] = [];
      const externalData = (asked: string) => (opened.push(asked), files.get(asked) as Uint8Array);
      const done = quantize(onnx(hostile, { externalData }), { weights: plainMinMax });
      await expect(done).rejects.toMatchObject({ code: 'external-data' });
      expect(opened).toEqual([]);
    },
  );
});

describe('files of which parts are read', () => {
  const bytesOf = async (result: ReturnType<typeof quantized>) => {
    const { model, report } = await result.done;
    return { bytes: model.bytes, files: model.externalData, weights: report.weights };
  };

  test('a Blob, and a reader of parts, give what the bytes give', async () => {
    const whole = await bytesOf(quantized());
    const data = (path: string) => files.get(path) as Uint8Array<ArrayBuffer>;
    const parts = (path: string) => ({
      size: data(path).length,
      read: (offset: number, length: number) => Promise.resolve(data(path).slice(offset, offset + length)),
    });
    expect(await bytesOf(quantized({ externalData: (path) => new Blob([data(path)]) }))).toEqual(whole);
    expect(await bytesOf(quantized({ externalData: parts }))).toEqual(whole);
  });

  test('a function that gives the part which is asked for does too, also beyond 2 GiB', async () => {
    const whole = await bytesOf(quantized());
    const asked: (number | undefined)[] = [];
    const externalData: OnnxOptions['externalData'] = (path, range) => {
      const data = files.get(path) as Uint8Array;
      asked.push(range?.length);
      return range === undefined ? data : data.slice(range.offset, range.offset + range.length);
    };
    expect(await bytesOf(quantized({ externalData }))).toEqual(whole);
    expect(asked).toContain(rows * columns * 4);

    const far = 2 ** 41;
    const { proto } = readModel(bytes);
    const moved = proto.graph!.initializer.find(({ name }) => name === 'v')!;
    moveOut(moved, 'b.bin', far, 4 * rows * columns);
    const shifted: OnnxOptions['externalData'] = (path, range) =>
      externalData(path, range && { ...range, offset: range.offset >= far ? 3 : range.offset });
    const port = onnx(serializeModel(proto, 'test'), { externalData: shifted });
    const weightOf = async (one: typeof port) => {
      const weights = (await one.layers()).flatMap((layer) => layer.weights);
      return weights.find(({ id }) => id === 'v')!.read();
    };
    expect(await weightOf(port)).toEqual(await weightOf(quantized().port));
  });

  test('a part that is too short is a typed error', async () => {
    const externalData: OnnxOptions['externalData'] = (_, range) => new Uint8Array(range!.length - 1);
    await expect(quantized({ externalData }).done).rejects.toMatchObject({ code: 'external-data' });
  });

  test('are never read whole for one of their weights', async () => {
    const asked: number[] = [];
    const size = 2 ** 40;
    const externalData = (path: string) => ({
      size,
      read: (offset: number, length: number) => {
        asked.push(length);
        return (files.get(path) as Uint8Array).slice(offset, offset + length);
      },
    });
    const port = onnx(bytes, { externalData });
    const weights = (await port.layers()).flatMap((layer) => layer.weights);
    const { length: before } = asked;
    await weights[0]!.read();
    expect(asked.slice(before)).toEqual([weights[0]!.storedBytes]);
    expect(Math.max(...asked)).toBe(rows * columns * 4);
  });

  test.each<[string, NonNullable<OnnxOptions['externalData']>, string]>([
    ['gives too little', () => ({ size: 2 ** 20, read: () => new Uint8Array(3) }), '3 bytes'],
    ['gives no bytes', () => ({ size: 2 ** 20, read: () => 'text' as never }), 'no bytes'],
    ['fails', () => ({ size: 2 ** 20, read: () => Promise.reject(new Error('EIO')) }), 'EIO'],
    [
      'is shorter than the model says',
      () => ({ size: 3, read: () => new Uint8Array(3) }),
      'a file of 3 bytes',
    ],
  ])('one that %s is a typed error', async (_, externalData, received) => {
    await expect(quantized({ externalData }).done).rejects.toMatchObject({ code: 'external-data', received });
  });
});

describe('weights in one file', () => {
  const constant = (name: string, dims: readonly number[]) =>
    makeNode({
      op: 'Constant',
      inputs: [],
      outputs: [name],
      attributes: { value: { tensor: float(name, dims) } },
    });
  const parts = { inputs: { x: [2, rows] }, outputs: { y: [2, columns], z: [2, columns] } };

  async function moved(model: Uint8Array) {
    const done = await quantize(onnx(model, { external: true }), { weights: plainMinMax, bits: 8 });
    const [expected, actual] = [await run(model), await run(done.model)];
    actual.forEach((values, i) =>
      values.forEach((value, j) => expect(Math.abs(value - expected[i]![j]!)).toBeLessThan(0.05)),
    );
    return done;
  }

  test('that are Constant nodes go outside too, quantized or not', async () => {
    const nodes = [
      constant('w', [rows, columns]),
      constant('b', [2, 400]),
      makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }),
      makeNode({ op: 'ReduceMean', inputs: ['b'], outputs: ['mean'] }),
      makeNode({ op: 'Add', inputs: ['y', 'mean'], outputs: ['z'] }),
    ];
    const { model, report } = await moved(buildBytes({ nodes, ...parts }));
    expect(report.weights.map(({ id }) => id)).toEqual(['w']);
    expect(namesOf(model)).toEqual(['model.lowbit.data']);
    // Codes of the weight and floats of the other constant, each rounded up to 64 bytes.
    expect(model.externalData![0]!.data.length).toBe(1216 + 3200);
    const again = onnx(model.bytes, {
      externalData: () => model.externalData![0]!.data,
      external: false,
      ort,
    });
    expect(await again.layers()).not.toEqual([]);
  });

  test('of subgraphs and functions stay, as runtimes would not find them; the report says so', async () => {
    const product = (weight: string, output: string) =>
      makeNode({ op: 'MatMul', inputs: ['x', weight], outputs: [output] });
    const branch = (weight: string) =>
      buildGraph({
        nodes: [constant(weight, [rows, columns]), product(weight, 'r')],
        outputs: { r: [2, columns] },
      });
    const nodes = [
      constant('w', [rows, columns]),
      product('w', 'y'),
      makeNode({ op: 'ReduceSum', inputs: ['x'], outputs: ['sum'], attributes: { keepdims: 0 } }),
      makeNode({ op: 'Cast', inputs: ['sum'], outputs: ['c'], attributes: { to: DataType.BOOL } }),
      makeNode({
        op: 'If',
        inputs: ['c'],
        outputs: ['z'],
        attributes: { then_branch: { graph: branch('u') }, else_branch: { graph: branch('v') } },
      }),
    ];
    const { model, report } = await moved(buildBytes({ nodes, ...parts }));
    expect(model.externalData![0]!.data.length).toBe(1216);
    const stays = report.weights.map(({ storageReason }) =>
      storageReason.includes('stays in the model file'),
    );
    expect(stays).toEqual([false, true, true]);
  });
});

/** The bias, which is not quantized, lies elsewhere. */
function edited(proto: ModelProto, path: string): ModelProto {
  const bias = proto.graph!.initializer.find(({ name }) => name === 'c')!;
  moveOut(bias, path, 3, 4 * columns);
  return proto;
}

test('weights can be read after their data were put into a file of the result, and written again', async () => {
  const port = onnx(twoWeights(), { external: true });
  const read = async (layers: readonly LayerDescriptor[]) =>
    Promise.all(layers.flatMap(({ weights }) => weights.map((weight) => weight.read())));
  const layers = await port.layers();
  const before = await read(layers);
  const recipe = { weights: plainMinMax, bits: 8, exclude: ['w'] };
  const first = await quantize(port, recipe);
  expect(await read(layers)).toEqual(before);
  expect(await quantize(port, recipe)).toEqual(first);
});

/** Two products; the data of w stay float. */
const twoWeights = () =>
  buildBytes({
    nodes: [
      makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] }),
      makeNode({ op: 'MatMul', inputs: ['h', 'v'], outputs: ['y'] }),
    ],
    initializers: [float('w', [rows, columns]), float('v', [columns, rows])],
    inputs: { x: [2, rows] },
    outputs: { y: [2, rows] },
  });
