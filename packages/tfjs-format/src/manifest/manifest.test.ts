import { encode, seededRandom, unpackTensor } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import {
  expandWeight,
  packedDtype,
  packedOf,
  packWeight,
  parseModelJson,
  plainWeight,
  readWeights,
  renamedFile,
  shardWeights,
  storedWeights,
  unpackWeight,
  type PackedQuantization,
  type StoredWeight,
} from '../index.js';

const random = seededRandom(1);
const values = Float32Array.from({ length: 60 }, () => random() - 0.5);
const shape = [3, 4, 5];
const topology = { class_name: 'Sequential' };

function quantized(bits: number) {
  const fit = (slice: Float32Array) => {
    const largest = slice.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return {
      kind: 'affine',
      levels: 2 ** bits,
      scale: Math.fround((2 * largest) / (2 ** bits - 1)),
    } as const;
  };
  return encode(values, shape, { axes: [2] }, { bits, fit });
}

async function throughFiles(weights: readonly StoredWeight[], size?: number): Promise<StoredWeight[]> {
  const { group, shards } = shardWeights(weights, size);
  const text = JSON.stringify({ modelTopology: topology, weightsManifest: [group] });
  const files = new Map(shards.map(({ path, bytes }) => [path, bytes.slice()]));
  return readWeights(parseModelJson(text, 'model.json'), async (path) => files.get(path)!, 'model.json');
}

describe('weights through files', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('packed in %i bits', async (bits) => {
    const tensor = quantized(bits);
    const [first, second] = await throughFiles(
      [packWeight('a', tensor), plainWeight('b', shape, values, 'float32')],
      17,
    );
    expect(unpackWeight(first!, 'model.json')).toEqual(tensor);
    expect(unpackTensor(packedOf(first!, 'model.json')).codes).toEqual(tensor.codes);
    expect(first!.bytes.length).toBe(Math.ceil((60 * bits) / 8) + 5 * 4);
    expect(expandWeight(second!, 'model.json')).toEqual(values);
  });

  test('the forms of TensorFlow.js', async () => {
    const forms = ['float32', 'float16', 'uint16', 'uint8'] as const;
    const errors: number[] = [];
    for (const form of forms) {
      const [weight] = await throughFiles([plainWeight('a', shape, values, form)]);
      const back = expandWeight(weight!, '');
      errors.push(Math.max(...back.map((value, i) => Math.abs(value - values[i]!))));
    }
    const [exact, half, wide, narrow] = errors as [number, number, number, number];
    expect(exact).toBe(0);
    expect(half).toBeLessThanOrEqual(2 ** -12);
    expect(wide).toBeLessThanOrEqual(0.5 / 65535 + 1e-7);
    expect(narrow).toBeLessThanOrEqual(0.5 / 255 + 1e-7);
    const [constant] = await throughFiles([plainWeight('a', [2], Float32Array.of(3, 3), 'uint8')]);
    expect(expandWeight(constant!, '')).toEqual(Float32Array.of(3, 3));
  });

  test('integers, truth values and text are cut to their own bytes', () => {
    const specs = [
      { name: 'i', shape: [2], dtype: 'int32' },
      { name: 't', shape: [2], dtype: 'string' },
      { name: 'b', shape: [3], dtype: 'bool' },
      { name: 'e', shape: [0, 4], dtype: 'float32' },
    ] as const;
    const text = [2, 0, 0, 0, 104, 105, 0, 0, 0, 0];
    const data = Uint8Array.from([1, 0, 0, 0, 2, 0, 0, 0, ...text, 1, 0, 1]);
    expect(storedWeights(specs, data, '').map(({ bytes }) => bytes.length)).toEqual([8, 10, 3, 0]);
  });
});

describe('what is wrong is told with its place', () => {
  const spec = { name: 'w', shape: [2, 2], dtype: 'float32' };
  const model = (weight: unknown, paths: unknown = ['w.bin']) => ({
    modelTopology: topology,
    weightsManifest: [{ paths, weights: [weight] }],
  });
  const quantization = (change: object) => model({ ...spec, quantization: change });
  test.each([
    ['no JSON', '{]}', 'model-malformed'],
    ['JSON that ends early', '{', 'model-truncated'],
    ['nothing', ' ', 'model-empty'],
    ['null', null, 'model-malformed'],
    ['no topology', {}, 'model-malformed'],
    ['a manifest that is no list', { modelTopology: topology, weightsManifest: {} }, 'model-malformed'],
    ['no weights', { modelTopology: topology, weightsManifest: [{ paths: [] }] }, 'model-malformed'],
    ['a negative size', model({ ...spec, shape: [-1] }), 'model-malformed'],
    ['a size beyond all numbers', model({ ...spec, shape: [2 ** 40, 2 ** 40] }), 'model-malformed'],
    ['an unknown type', model({ ...spec, dtype: 'float8' }), 'model-malformed'],
    [
      'two weights of one name',
      {
        modelTopology: topology,
        weightsManifest: [...model(spec).weightsManifest, ...model(spec).weightsManifest],
      },
      'model-malformed',
    ],
    ['an unknown quantization', quantization({ dtype: 'int3' }), 'model-malformed'],
    ['a quantization without scale', quantization({ dtype: 'uint8' }), 'model-malformed'],
    ['packed bytes without a count', quantization({ dtype: packedDtype }), 'model-malformed'],
    ['a file above the folder', model(spec, ['../w.bin']), 'external-data'],
    ['a file from the root', model(spec, ['/etc/passwd']), 'external-data'],
    ['a file from elsewhere', model(spec, ['https://a/b']), 'external-data'],
    ['a file with a backslash', model(spec, ['..\\w.bin']), 'external-data'],
  ])('%s', (_, value, code) => {
    expect(() => parseModelJson(value, 'model.json')).toThrowError(
      expect.objectContaining({ code, where: expect.stringContaining('model.json') as string }),
    );
  });

  test.each([
    ['an HDF5 file', [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10], 'lowbit import'],
    ['a zip archive', [0x50, 0x4b, 3, 4, 20, 0], 'lowbit import'],
  ])('%s that is given as a model.json is told as that, with what makes one', (kind, bytes, remedy) => {
    const text = new TextDecoder().decode(Uint8Array.from(bytes));
    expect(() => parseModelJson(text, 'model.h5')).toThrow(
      expect.objectContaining({
        code: 'model-malformed',
        received: expect.stringContaining(kind) as string,
        remedy: expect.stringContaining(remedy) as string,
      }),
    );
  });

  test.each([0, 15, 17, 1000])('%i bytes where 16 belong', async (size) => {
    const read = async () => new Uint8Array(size);
    await expect(readWeights(parseModelJson(model(spec), 'm'), read, 'm')).rejects.toMatchObject({
      code: size < 16 ? 'model-truncated' : 'model-malformed',
    });
  });

  test.each([{ scheme: 'newer' }, { dtype: 'lowbit-packed-2, load it' }])(
    'what a newer version may have written is told as that: %o',
    (change) => {
      const { spec: good } = packWeight('a', quantized(4));
      const newer = model({ ...good, quantization: { ...good.quantization, ...change } });
      expect(() => parseModelJson(newer, 'm')).toThrow(
        expect.objectContaining({
          code: 'model-malformed',
          remedy: expect.stringContaining('newer version of lowbit') as string,
        }),
      );
    },
  );

  test('every byte is used: other slicings, and surplus or missing bytes of codes or parameters, are refused', async () => {
    const { spec: good, bytes } = packWeight('a', quantized(4));
    const [codes, parameters] = (good.quantization as PackedQuantization).bytes;
    const read = async (change: object, data: Uint8Array) => {
      const changed = model({ ...good, quantization: { ...good.quantization, ...change } });
      const [weight] = await readWeights(parseModelJson(changed, 'm'), async () => data, 'm');
      return unpackWeight(weight!, 'm');
    };
    const longer = Uint8Array.from([...bytes, 0, 0, 0, 0]);
    const changes: [object, Uint8Array][] = [
      [{ slicing: 'tensor' }, bytes],
      [{ slicing: { axes: [0] } }, bytes],
      [{ slicing: { along: 2, group: 2 } }, bytes],
      [{ bits: 3, levels: 8 }, bytes],
      [{ parameterStorage: 'float16' }, bytes],
      [{ bytes: [codes, parameters + 4] }, longer],
      [{ bytes: [codes + 4, parameters] }, longer],
      [{ bytes: [codes - 1, parameters + 1] }, bytes],
      [{}, longer],
      [{}, bytes.subarray(0, -1)],
    ];
    for (const [change, data] of changes)
      await expect(read(change, data), JSON.stringify(change)).rejects.toMatchObject({
        code: expect.stringMatching(/packed-data|model-malformed|model-truncated/) as string,
      });
    expect((await read({}, bytes)).codes).toEqual(quantized(4).codes);
  });

  test('files that no weight of their group needs are refused', async () => {
    const files: Readonly<Record<string, Uint8Array>> = {
      'w.bin': new Uint8Array(16),
      'x.bin': new Uint8Array(1),
    };
    for (const groups of [
      [{ paths: ['w.bin', 'x.bin'], weights: [spec] }],
      [
        { paths: ['w.bin'], weights: [spec] },
        { paths: ['x.bin'], weights: [] },
      ],
    ]) {
      const json = parseModelJson({ modelTopology: topology, weightsManifest: groups }, 'm');
      await expect(readWeights(json, async (path) => files[path]!, 'm')).rejects.toMatchObject({
        code: 'model-malformed',
      });
    }
  });

  test('of files whose names are in percent encoding or have a query are read as they are called, or as a server reads them', async () => {
    const spec = { name: 'a', shape: [1], dtype: 'float32' } as const;
    const read = async (path: string, files: Readonly<Record<string, number>>) => {
      const json = parseModelJson(
        { modelTopology: topology, weightsManifest: [{ paths: [path], weights: [spec] }] },
        'm',
      );
      const give = (name: string) => (name in files ? Float32Array.of(files[name]!).buffer : undefined);
      const [weight] = await readWeights(json, give, 'm');
      return expandWeight(weight!, 'm')[0];
    };
    expect(await read('my%20w.bin', { 'my w.bin': 1 })).toBe(1);
    expect(await read('my%20w.bin', { 'my w.bin': 1, 'my%20w.bin': 2 })).toBe(2);
    expect(await read('100%.bin', { '100%.bin': 3 })).toBe(3);
    expect(await read('w.bin?v=3', { 'w.bin': 4 })).toBe(4);
    expect(await read('my%20w.bin?v=3#a', { 'my w.bin': 5 })).toBe(5);
    expect(await read('w.bin?v=3', { 'w.bin': 4, 'w.bin?v=3': 6 })).toBe(6);
    for (const [path, elsewhere] of [
      ['%2e%2e/w.bin', '../w.bin'],
      ['%2Fetc/w.bin', '/etc/w.bin'],
      ['?v=3', ''],
    ] as const)
      await expect(read(path, { [elsewhere]: 1 })).rejects.toMatchObject({ code: 'file-missing' });
  });

  test('of files that were renamed are told with the name that they should have', () => {
    const own = 'group1-shard1of2.bin';
    const told = `as model.json names it`;
    for (const name of [
      'group1-shard1of2 (1).bin',
      `model_${own}`,
      `${own}.download`,
      'Group1-shard1of2.bin',
    ])
      expect(renamedFile(own, ['model.json', name])).toEqual({
        remedy: `Rename ${name} to ${own}, ${told}.`,
      });
    expect(renamedFile(own, ['model.json', 'README.md'])).toEqual({});
    expect(renamedFile('data/my%20w.bin?v=3', ['my w (1).bin', 'my w.bin.txt'])).toEqual({
      remedy: `Rename my w.bin.txt to my w.bin, ${told}.`,
    });
  });

  test('of files that are not given as bytes are told with the file', async () => {
    const spec = { name: 'a', shape: [2], dtype: 'float32' } as const;
    const json = parseModelJson(
      { modelTopology: topology, weightsManifest: [{ paths: ['w.bin'], weights: [spec] }] },
      'm',
    );
    const where = 'm: w.bin';
    await expect(readWeights(json, () => undefined, 'm')).rejects.toMatchObject({
      code: 'file-missing',
      where,
    });
    const text = readWeights(json, () => 'text' as never, 'm');
    await expect(text).rejects.toMatchObject({ code: 'invalid-argument', where, received: 'String' });
    const [weight] = await readWeights(json, () => Float32Array.of(1, 2).buffer, 'm');
    expect(expandWeight(weight!, 'm')).toEqual(Float32Array.of(1, 2));
    for (const size of [0, -1, 1.5, NaN])
      expect(() => shardWeights([weight!], size)).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
  });

  test('packed headers that do not fit are refused, and nothing large is made', async () => {
    const { spec: good, bytes } = packWeight('a', quantized(4));
    const changes = [
      { shape: [1e9, 1e6] },
      { shape: [3, 4, 6] },
      { bits: 99 },
      { slicing: { axes: [7] } },
      { scheme: 'other' },
      { offsets: 'zero-point' },
      { offsets: 'zero-point', zeroPoint: 16 },
      { zeroPoint: 3 },
      { levels: 1e9 },
      { bytes: [1, 109] },
    ];
    for (const change of changes) {
      const broken = model({ ...good, quantization: { ...good.quantization, ...change } });
      const read = async () => {
        const [weight] = await readWeights(parseModelJson(broken, 'm'), async () => bytes, 'm');
        return unpackWeight(weight!, 'm');
      };
      await expect(read()).rejects.toMatchObject({
        code: expect.stringMatching(/packed-data|model-malformed|model-truncated/) as string,
        where: expect.stringMatching(/^m: /) as string,
      });
    }
  });
});
