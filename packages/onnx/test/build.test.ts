import { decode, type QuantizationPlan, type QuantizedTensor } from '@lowbit/core';
import { sizeOf, type FittedSite } from '@lowbit/core/adapter';
import { horq, minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, it, test } from 'vitest';
import { modelBuilder, type BuilderOptions, type ModelBuilder } from '../src/build.js';
import { inspectModel, readModel } from '../src/index.js';
import { caught } from './helpers/caught.js';
import { runModel } from './helpers/run-model.js';
import { sampleTensor, type GridKind } from './helpers/sample-tensor.js';

/** Reproducible numbers in [−1, 1). */
const numbers = (shape: readonly number[], seed: number) =>
  Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + 1.7 * i));

/** How the layers below get their weights. */
type TakeWeight = (model: ModelBuilder, name: string, tensor: QuantizedTensor) => string;
const packed: TakeWeight = (model, name, tensor) => model.weight(name, tensor);
const floats: TakeWeight = (model, name, tensor) =>
  model.constant(name, 'float32', tensor.shape, decode(tensor));

const weights = (kind: GridKind, bits: number) => ({
  kernel: sampleTensor([16, 3, 3, 3], { axes: [0] }, bits, kind),
  matrix: sampleTensor([64, 96], { along: 0, group: 32 }, bits, kind),
  gates: sampleTensor([1, 32, 64], { axes: [0, 1] }, bits, kind),
  recurrence: sampleTensor([1, 32, 8], { axes: [0, 1] }, bits, kind),
  table: sampleTensor([40, 64], { along: 1, group: 32 }, bits, kind),
  head: sampleTensor([8, 5], { axes: [1] }, bits, kind),
});

/** Two networks side by side: convolution, batch normalization and a product; embedding, recurrence and a dense layer. */
function network(options: BuilderOptions, take: TakeWeight, tensors: ReturnType<typeof weights>) {
  const model = modelBuilder(options);
  const weight = (name: keyof typeof tensors) => take(model, name, tensors[name]);
  const values = (name: string, shape: readonly number[], seed: number) =>
    model.constant(name, 'float32', shape, numbers(shape, seed).map(Math.abs));
  const picture = model.input('picture', 'float32', ['n', 3, 6, 6]);
  const conv = { name: 'conv', attributes: { kernel_shape: [3, 3], strides: [2, 2] } };
  const convolved = model.node('Conv', [picture, weight('kernel')], conv);
  const statistics = ['scale', 'shift', 'mean', 'variance'].map((name, i) => values(name, [16], i));
  const epsilon = { attributes: { epsilon: { float: 1e-3 } } };
  const normal = model.node('BatchNormalization', [convolved, ...statistics], epsilon);
  const seen = model.node('MatMul', [model.node('Flatten', [normal]), weight('matrix')]);
  model.output(seen, 'float32', ['n', 96], 'seen');
  const words = model.input('words', 'int64', ['steps', 'n']);
  const rows = model.node('Gather', [weight('table'), words]);
  const lstm = { attributes: { hidden_size: 8 } };
  const [, last = ''] = model.nodes('LSTM', [rows, weight('gates'), weight('recurrence')], 2, lstm);
  const state = model.node('Reshape', [last, model.constant('flat', 'int64', [2], [-1, 8])]);
  const result = model.node('Gemm', [state, weight('head'), values('bias', [5], 9)]);
  model.output(result, 'float32', ['n', 5], 'classes');
  return model;
}

const feeds = () => ({
  picture: new ort.Tensor('float32', numbers([1, 3, 6, 6], 3), [1, 3, 6, 6]),
  words: new ort.Tensor('int64', [7n], [1, 1]),
});

/** Largest difference of two files' results, relative to the largest result. */
async function difference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [ours, others] = [await runModel(a, feeds()), await runModel(b, feeds())];
  const errors = [...ours].map(([name, values]) => {
    const other = others.get(name)!;
    const largest = Math.max(...other.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    return Math.max(...values.map((value, i) => Math.abs(value - other[i]!))) / largest;
  });
  return Math.max(...errors);
}

describe.each(['speed', 'memory'] as const)('a model that is built for %s', (optimize) => {
  it.each([
    [9, 8, 'zero-point'],
    [13, 4, 'zero-point'],
    [17, 4, 'offset'],
    [17, 3, 'codebook'],
    [21, 4, 'middle'],
    [21, 2, 'symmetric'],
    [17, 2, 'residual'],
  ] as const)(
    'computes with packed weights as with floats: opset %i, %i bits, %s',
    async (opset, bits, kind) => {
      const tensors = weights(kind, bits);
      const { bytes, storage } = await network({ opset, optimize }, packed, tensors).write();
      const reference = await network({ opset }, floats, tensors).write();
      expect(storage.map(({ id }) => id)).toEqual([
        'kernel',
        'matrix',
        'table',
        'gates',
        'recurrence',
        'head',
      ]);
      expect(reference.storage).toEqual([]);
      expect(bytes.length).toBeLessThan(0.7 * reference.bytes.length);
      // Sums of float32 in another order.
      expect(await difference(bytes, reference.bytes)).toBeLessThan(1e-5);
    },
  );
});

test('weights get the forms that files get which are quantized', async () => {
  const { storage } = await network(
    { opset: 17, optimize: 'memory' },
    packed,
    weights('zero-point', 4),
  ).write();
  const forms = new Map(storage.map(({ id, form }) => [id, form]));
  expect(forms.get('matrix')).toBe('MatMulNBits');
  expect(forms.get('table')).toBe('GatherBlockQuantized');
  expect(forms.get('kernel')).toBe('DequantizeLinear');
  expect(forms.get('head')).toBe('float');
});

test('a weight that would take more bytes packed has the values of its codes, or those that it had before', async () => {
  const tensor = sampleTensor([8, 5], { axes: [1] }, 4, 'zero-point');
  const before = decode(tensor).map((value) => value + 0.001);
  const built = async (original?: () => Promise<Float32Array>) => {
    const model = modelBuilder({ opset: 17 });
    const kernel = model.weight('kernel', tensor, original && { original });
    const x = model.input('x', 'float32', ['n', 8]);
    model.output(model.node('MatMul', [x, kernel]), 'float32', ['n', 5], 'y');
    const { bytes, storage } = await model.write();
    const row = new ort.Tensor('float32', Float32Array.of(0, 1, 0, 0, 0, 0, 0, 0), [1, 8]);
    return { note: storage[0]!, row: (await runModel(bytes, { x: row })).get('y') };
  };
  const plain = await built();
  expect(plain.row).toEqual(decode(tensor).slice(5, 10));
  expect(plain.note).toMatchObject({ form: 'float', reason: expect.stringContaining('of its codes') });
  expect(plain.note.float).toBeUndefined();
  const kept = await built(() => Promise.resolve(before));
  expect(kept.row).toEqual(before.slice(5, 10));
  expect(kept.note).toMatchObject({
    form: 'float',
    float: true,
    reason: expect.stringContaining('left as it'),
  });
});

test('weights are told what they would take, which is what is written', async () => {
  for (const bits of [2, 4, 8])
    for (const optimize of ['speed', 'memory'] as const) {
      const own = weights('zero-point', bits);
      const model = network({ opset: 21, optimize }, packed, own);
      const costOf = model.costs();
      const { storage } = await model.write();
      for (const [name, tensor] of Object.entries(own)) {
        const note = storage.find(({ id }) => id === name)!;
        const cost = costOf(name, [tensor]);
        expect(cost.float === true).toBe(note.form === 'float');
        expect(cost.storedBytes).toBeGreaterThanOrEqual(note.storedBytes);
        expect(cost.storedBytes).toBeLessThan(note.storedBytes + 64);
      }
    }
  const costOf = network({ opset: 21 }, packed, weights('offset', 4)).costs();
  expect(() => costOf('picture', [])).toThrow(expect.objectContaining({ code: 'plan-mismatch' }));
});

test('what is built twice is the same, and reads as a file that was quantized', async () => {
  const model = network({ opset: 17, name: 'two.onnx' }, packed, weights('offset', 4));
  const plan = { version: 2, port: 'onnx', seed: 0, weights: [] } as unknown as QuantizationPlan;
  const [first, second] = [await model.write({ plan }), await model.write({ plan })];
  expect(first.bytes).toEqual(second.bytes);
  const { quantizable, alreadyQuantized } = inspectModel(readModel(first.bytes));
  expect(quantizable.map(({ id }) => id)).toEqual(['head']);
  expect(alreadyQuantized).toContain('weights that standard operators decode');
});

test('large tensors go into a file beside the model where that is asked for', async () => {
  const model = network({ opset: 17 }, packed, weights('offset', 8));
  const { bytes, externalData = [] } = await model.write({ external: true, externalPath: 'weights.bin' });
  expect(externalData.map(({ path }) => path)).toEqual(['weights.bin']);
  expect(bytes.length).toBeLessThan((await model.write()).bytes.length - 5000);
});

test('the example of the README', async () => {
  const tensor = sampleTensor([4, 3], { axes: [1] }, 4, 'zero-point');
  const bias = Float32Array.of(1, 2, 3);

  const model = modelBuilder({ opset: 17 });
  const x = model.input('x', 'float32', ['n', 4]);
  const product = model.node('MatMul', [x, model.weight('kernel', tensor)]);
  const sum = model.node('Add', [product, model.constant('bias', 'float32', [3], bias)], { name: 'dense' });
  model.output(sum, 'float32', ['n', 3], 'y');
  const { bytes, storage } = await model.write();

  const row = new ort.Tensor('float32', Float32Array.of(0, 1, 0, 0), [1, 4]);
  const kernel = decode(tensor);
  expect((await runModel(bytes, { x: row })).get('y')).toEqual(
    bias.map((value, i) => value + kernel[3 + i]!),
  );
  expect(storage.map(({ id, form }) => [id, form])).toEqual([['kernel', 'float']]);
});

describe('a quantizer of activations', () => {
  const shape = [2, 6];
  const x = Float32Array.from([-3, -0.7, -0.2, 0, 0.1, 0.26, 0.5, 0.74, 1.3, 2, 2.9, 40]);
  const site = (bits: number, quantizer: FittedSite['quantizer'], parameters?: FittedSite['parameters']) => ({
    id: 'x',
    bits,
    quantizer,
    options: {},
    ...(parameters === undefined ? {} : { parameters }),
  });
  const run = async (built: ModelBuilder) =>
    (await runModel((await built.write()).bytes, { x: new ort.Tensor('float32', x, shape) })).get('y')!;
  const built = (fitted: FittedSite, row?: number, opset = 17) => {
    const model = modelBuilder({ opset });
    const value = model.activation(model.input('x', 'float32', ['n', 6]), fitted, row);
    model.output(value, 'float32', ['n', 6], 'y');
    return model;
  };

  it.each([9, 13, 18, 25])('rounds to the levels of its grid, with opset %i', async (opset) => {
    const grid = { kind: 'affine', levels: 4, scale: 0.5, offset: -0.5 } as const;
    const expected = Array.from(
      x,
      (value) => 0.5 * Math.min(3, Math.max(0, roundHalfEven(value / 0.5) + 1)) - 0.5,
    );
    expect(Array.from(await run(built(site(2, minMax(), grid), undefined, opset)))).toEqual(expected);
  });

  it('sees rows of the length that is told', async () => {
    const signs = { ...site(1, horq()), options: { order: 1 } };
    const result = await run(built(signs, 3));
    for (let row = 0; row < 4; row++) {
      const part = x.slice(3 * row, 3 * row + 3);
      const mean = part.reduce((sum, value) => sum + Math.abs(value), 0) / 3;
      part.forEach((value, i) => expect(result[3 * row + i]).toBeCloseTo(value < 0 ? -mean : mean, 5));
    }
    expect(caught(() => built(signs)).code).toBe('unsupported-option');
  });
});

const roundHalfEven = (value: number): number => {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
};

describe('constants that are read late', () => {
  const shapes = { kernel: [200, 300], bias: [300] };
  const read: string[] = [];
  /** A dense layer, whose constants are of other types than what reads them gives. */
  function dense(isLate: boolean, type: 'float32' | 'float16' = 'float32'): ModelBuilder {
    const model = modelBuilder({ opset: 21 });
    const constant = (name: keyof typeof shapes) => {
      const values = Array.from(numbers(shapes[name], 5));
      const late = async () => {
        read.push(name);
        return values;
      };
      return model.constant(name, type, shapes[name], isLate ? late : values);
    };
    model.constant('unused', type, [1e6], async () => numbers([1e6], 1));
    const product = model.node('MatMul', [model.input('x', type, ['n', 200]), constant('kernel')]);
    model.output(model.node('Add', [product, constant('bias')]), type, ['n', 300], 'y');
    return model;
  }
  const all = async (pieces: AsyncIterable<Uint8Array>) => {
    const list: Uint8Array[] = [];
    for await (const piece of pieces) list.push(piece);
    return Buffer.concat(list);
  };

  it.each(['float32', 'float16'] as const)('are the same in the file: %s', async (type) => {
    const expected = (await dense(false, type).write()).bytes;
    const late = dense(true, type);
    expect(Buffer.compare((await late.write()).bytes, expected)).toBe(0);
    const { size, pieces } = await late.stream();
    expect(size).toBe(expected.length);
    for (let round = 0; round < 2; round++) expect(Buffer.compare(await all(pieces()), expected)).toBe(0);
  });

  it('large ones are read when their piece is asked for', async () => {
    read.length = 0;
    const { pieces } = await dense(true).stream();
    expect(read).toEqual(['bias']);
    const iterator = pieces()[Symbol.asyncIterator]();
    await iterator.next();
    expect(read).toEqual(['bias']);
    await iterator.next();
    expect(read).toEqual(['bias', 'kernel']);
  });

  it('lie in the file beside the model where that is wanted', async () => {
    const [streamed, whole] = [
      await dense(true).stream({ external: true }),
      await dense(false).write({ external: true }),
    ];
    expect(streamed.externalData).toEqual(whole.externalData);
    expect(Buffer.compare(await all(streamed.pieces()), whole.bytes)).toBe(0);
  });

  it('are as many as their dimensions say', async () => {
    const model = modelBuilder({ opset: 21 });
    const few = model.constant('few', 'float32', [100, 300], async () => [1]);
    model.output(model.node('Relu', [few]), 'float32', [100, 300], 'y');
    await expect(model.write()).rejects.toMatchObject({ code: 'invalid-argument' });
    const { pieces } = await model.stream();
    await expect(all(pieces())).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('what does not fit is refused', () => {
  const model = modelBuilder({ opset: 17 });
  model.input('x', 'float32', [2]);
  const tensor = sampleTensor([4, 4], 'tensor', 8, 'symmetric');

  it.each([
    ['a name that nothing defines', () => model.node('Relu', ['z']), 'invalid-argument'],
    ['an input twice', () => model.input('x', 'float32', [2]), 'invalid-argument'],
    ['a type', () => model.input('w', 'float' as 'float32', [2]), 'invalid-argument'],
    ['too few values', () => model.constant('w', 'float32', [2], [1]), 'invalid-argument'],
    ['other dimensions', () => model.weight('w', tensor, { dims: [4, 5] }), 'invalid-argument'],
    ['an output that nothing makes', () => model.output('z', 'float32', [2]), 'invalid-argument'],
    ['an operator set', () => modelBuilder({ opset: 8 }), 'invalid-argument'],
  ])('%s', (_, call, code) => {
    expect(caught(call).code).toBe(code);
  });

  it('a model without outputs', async () => {
    await expect(model.write()).rejects.toMatchObject({ code: 'graph-invalid' });
  });

  it('an operator set that the target does not load', async () => {
    const target = { runtime: 'ort-web', version: '1.20', provider: 'wasm' } as const;
    const newer = modelBuilder({ opset: 25, target });
    newer.output(newer.node('Relu', [newer.input('x', 'float32', [1])]), 'float32', [1]);
    await expect(newer.write()).rejects.toMatchObject({ code: 'model-opset' });
  });
});
