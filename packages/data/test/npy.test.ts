import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { writeNpy } from '../src/node/write-npy.js';
import { npyBytes } from '../src/npy/npy-bytes.js';
import { failure, fixture, forInput, golden, newFolder, readAll } from './support.js';

const types: Readonly<Record<string, string>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  b1: 'bool',
};

describe('npy files of numpy', () => {
  for (const [name, type] of Object.entries(types)) {
    it(`reads ${name}`, async () => {
      const batches = await readAll([fixture(`${name}.npy`)], forInput(['N', 3], { type, batchSize: 2 }));
      expect(batches).toEqual([{ inputs: { x: { shape: [2, 3], data: golden.arrays[name]?.values } } }]);
    });
  }

  it.each(['float32', 'float16', 'bfloat16', 'float64'])(
    'takes integers of all types for %s',
    async (type) => {
      for (const name of ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8']) {
        const values = golden.arrays[name]!.values as number[];
        const read = readAll([fixture(`${name}.npy`)], forInput(['N', 3], { type, batchSize: 2 }));
        const most = { float32: 2 ** 24, float16: 2 ** 11, bfloat16: 2 ** 8, float64: 2 ** 53 }[type]!;
        if (values.every((value) => Math.abs(value) <= most))
          expect(await read).toEqual([{ inputs: { x: { shape: [2, 3], data: values } } }]);
        else
          await expect(read).rejects.toMatchObject({
            code: 'calibration-invalid',
            received: expect.stringMatching(/^-?\d+$/) as string,
          });
      }
    },
  );

  for (const name of ['version2', 'version3']) {
    it(`reads ${name}`, async () => {
      const batches = await readAll([fixture(`${name}.npy`)], forInput(['N', 3]));
      expect(batches.map(({ inputs }) => inputs['x']?.data)).toEqual([
        [0, 1, 2],
        [3, 4, 5],
      ]);
    });
  }

  it('reorders Fortran order', async () => {
    const [batch] = await readAll([fixture('fortran.npy')], forInput([3, 4, 2]));
    expect(batch?.inputs['x']).toEqual(
      golden.arrays['fortran'] && { shape: [3, 4, 2], data: golden.arrays['fortran'].values },
    );
  });

  it('takes an array with one axis less as one sample, and with one more as a stack', async () => {
    const single = await readAll([fixture('vector.npy')], forInput(['N', 5]));
    expect(single.map(({ inputs }) => inputs['x']?.shape)).toEqual([[1, 5]]);
    const stack = await readAll([fixture('fortran.npy')], forInput(['a', 'b']));
    expect(stack.map(({ inputs }) => inputs['x']?.shape)).toEqual([
      [4, 2],
      [4, 2],
      [4, 2],
    ]);
  });

  it('reuses the only value of an input, and says so', async () => {
    const notes: string[] = [];
    const spec = {
      inputs: [
        { name: 'x', type: 'float32', shape: ['N', 3] },
        { name: 'rate', type: 'int64', shape: [] },
      ],
      onNote: (note: string) => notes.push(note),
    };
    const batches = await readAll([`x=${fixture('f4.npy')}`, `rate=${fixture('scalar.npy')}`], spec);
    expect(batches.map(({ inputs }) => inputs['rate'])).toEqual([
      { shape: [], data: [16000] },
      { shape: [], data: [16000] },
    ]);
    expect(notes.join()).toContain('rate');
  });

  it('joins files into batches and leaves out what does not fill a fixed batch', async () => {
    const folder = await newFolder();
    for (const i of [0, 1, 2]) {
      await writeNpy(join(folder, `${i}.npy`), [3, 1], Float32Array.of(3 * i, 3 * i + 1, 3 * i + 2));
    }
    const notes: string[] = [];
    const fixed = await readAll([folder], forInput([4, 1], { onNote: (note) => notes.push(note) }));
    expect(fixed.map(({ inputs }) => inputs['x']?.data)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(notes.join()).toContain('The last 1 samples');
    const limited = await readAll([folder], forInput(['N', 1], { batchSize: 4, limit: 5 }));
    expect(limited.map(({ inputs }) => inputs['x']?.data)).toEqual([[0, 1, 2, 3], [4]]);
    expect((await failure([folder], forInput([4, 1], { limit: 3 }), 'invalid-argument')).where).toBe('limit');
  });

  it('can be read again', async () => {
    const spec = forInput(['N', 3], { batchSize: 2 });
    expect(await readAll([fixture('f4.npy')], spec)).toEqual(await readAll([fixture('f4.npy')], spec));
  });
});

describe('writeNpy', () => {
  it('writes byte for byte what numpy writes', async () => {
    const { shape, values } = golden.arrays['f4']!;
    const bytes = npyBytes(shape, Float32Array.from(values));
    expect(Buffer.from(bytes).equals(await readFile(fixture('f4.npy')))).toBe(true);
    const vector = await writeNpy(undefined, [5], Float32Array.of(0, 1, 2, 3, 4));
    expect(Buffer.from(vector).equals(await readFile(fixture('vector.npy')))).toBe(true);
  });

  it('refuses a shape that does not fit', () => {
    expect(() => npyBytes([2, 2], Float32Array.of(1))).toThrow(/4 elements/);
  });
});

describe('npy files that are wrong', () => {
  const write = async (bytes: Uint8Array | string): Promise<string> => {
    const path = join(await newFolder(), 'x.npy');
    await writeFile(path, bytes);
    return path;
  };
  const header = (text: string, version = 1): Buffer =>
    Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, text.length & 255, text.length >> 8]),
      Buffer.from(version === 1 ? [] : [0, 0]),
      Buffer.from(text),
    ]);
  const plain = (shape: string, descr = "'<f4'") =>
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;

  it.each([
    ['an empty file', ''],
    ['another file', 'this is no array'],
    ['only a beginning', Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118])],
    ['another version', header(plain('(1, 3)'), 4)],
    [
      'a header that is too long',
      Buffer.concat([
        Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0]),
        Buffer.from([255, 255, 255, 255]),
      ]),
    ],
    ['more data than there is', header(plain('(1000000000, 3)'))],
    ['a size beyond numbers', header(plain('(9999999999999999, 9999999999999999)'))],
    ['an axis beyond numbers', header(plain('(99999999999999999999,)'))],
    ['a negative axis', header(plain('(-1, 3)'))],
    ['an empty array', header(plain('(0, 3)'))],
    ['too many axes', header(plain(`(${'1, '.repeat(40)})`))],
    ['another order of bytes', Buffer.concat([header(plain('(1, 3)', "'>f4'")), Buffer.alloc(12)])],
    ['objects', header(plain('(1, 3)', "'|O'"))],
    ['a structure', header(plain('(1, 3)', "[('a', '<f4')]"))],
    ['a key twice', header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 3)}")],
    [
      'code in the header',
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, __import__('os'))}"),
    ],
    ['no keys', header('{}')],
    ['too much data', Buffer.concat([header(plain('(1, 3)')), Buffer.alloc(13)])],
    ['the wrong type', Buffer.concat([header(plain('(1, 3)', "'|b1'")), Buffer.alloc(3)])],
    ['whole numbers that would be rounded', npyBytes([1, 3], Int32Array.of(1, 2, 2 ** 24 + 1))],
    ['the wrong shape', npyBytes([1, 4], Float32Array.of(1, 2, 3, 4))],
    ['too few axes', npyBytes([], Float32Array.of(1))],
  ])('refuses %s', async (_, bytes) => {
    const path = await write(bytes);
    const error = await failure([path], forInput(['N', 3]));
    expect(error.where).toContain('x.npy');
  });

  it('refuses NaN and values that the type does not have', async () => {
    await failure([await write(npyBytes([1, 2], Float32Array.of(1, NaN)))], forInput(['N', 2]), 'non-finite');
    const large = await write(npyBytes([1, 1], Int32Array.of(300)));
    expect((await failure([large], forInput(['N', 1], { type: 'uint8' }))).received).toBe('300');
    const unsafe = await write(npyBytes([1, 1], BigInt64Array.of(2n ** 60n)));
    await failure([unsafe], forInput(['N', 1], { type: 'int64' }));
  });

  it.each([
    ['float32', 1e300],
    ['float32', 2 ** 128 * (1 - 2 ** -25)],
    ['float64', -Infinity],
    ['bfloat16', 3.4e38],
    ['float16', 1e300],
    ['float16', -65520],
    // Single precision, in which the batch holds it, rounds it up to 65520.
    ['float16', 65519.999],
  ])('refuses what is infinite in %s: %d, with its sample', async (type, value) => {
    const path = await write(npyBytes([3, 2], Float64Array.of(1, 2, 3, 4, 5, value)));
    const spec = forInput(['N', 2], { type, batchSize: 2 });
    expect((await failure([path], spec, 'non-finite')).where).toBe(`${path}: sample 3`);
  });

  it.each([
    ['float32', 2 ** 128 * (1 - 2 ** -24)],
    ['bfloat16', 2 ** 128 * (1 - 2 ** -8)],
    ['float16', 65504],
    ['float64', Number.MAX_VALUE],
  ])('keeps the largest of %s: %d', async (type, value) => {
    const path = await write(npyBytes([1, 2], Float64Array.of(-value, value)));
    expect((await readAll([path], forInput(['N', 2], { type })))[0]?.inputs['x']?.data).toEqual([
      -value,
      value,
    ]);
  });

  it('refuses one sample that is larger than a batch may be, without reading it', async () => {
    const path = await write(header(plain('(1, 100000000)')));
    await truncate(path, header(plain('(1, 100000000)')).length + 400_000_000);
    expect((await failure([path], forInput(['N', 'M']))).remedy).toContain('smaller');
  });
});
