import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

import { isLowbitError } from '@lowbit/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { npyBytes } from '../src/npy/npy-bytes.js';
import type { DiskOptions } from '../src/node/read-batches.js';
import { failure, fixture, forInput, golden, newFolder, readAll } from './support.js';
import { zip } from './zip.js';

const both = {
  inputs: [
    { name: 'x', type: 'float32', shape: ['N', 3] },
    { name: 'n', type: 'int64', shape: ['N'] },
  ],
};

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(await newFolder(), 'data.npz');
  await writeFile(path, bytes);
  return path;
}

const array = npyBytes([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));

describe('npz files of numpy', () => {
  it.each(['stored.npz', 'deflated.npz'])('reads %s', async (name) => {
    const batches = await readAll([fixture(name)], { ...both, batchSize: 4 });
    const { x, n } = golden.archives;
    expect(batches).toEqual([
      { inputs: { x: { shape: [4, 3], data: x?.values }, n: { shape: [4], data: n?.values } } },
    ]);
  });

  it('reads several, one sample at a time', async () => {
    const batches = await readAll([fixture('stored.npz'), fixture('deflated.npz')], both);
    expect(batches.map(({ inputs }) => inputs['n']?.data)).toEqual([[0], [1], [2], [3], [0], [1], [2], [3]]);
  });

  it('says which arrays it left out', async () => {
    const notes: string[] = [];
    await readAll([fixture('stored.npz')], forInput(['N', 3], { onNote: (note) => notes.push(note) }));
    expect(notes).toEqual([expect.stringContaining('n.')]);
  });

  it('reads what this test writes', async () => {
    const compressed = deflateRawSync(array);
    const entry = { name: 'x.npy', data: compressed, method: 8, bytes: array.length, crc: crc32(array) };
    expect(await readAll([await write(zip([entry]))], forInput(['N', 3]))).toHaveLength(2);
  });
});

describe('npz files that are wrong', () => {
  it.each([
    ['n', { remedy: 'Did you mean N?', received: 'n' }],
    ['image', { remedy: expect.stringContaining('numpy.savez(file, **{"N": array})') as string }],
  ])('an array called %s for the input N is wrong usage', async (name, expected) => {
    const spec: DiskOptions = { inputs: [{ name: 'N', shape: [3], type: 'float32' }] };
    const path = await write(zip([{ name: `${name}.npy`, data: array }]));
    const error = await failure([path], spec, 'invalid-argument');
    expect(error).toMatchObject(expected);
  });

  const x = { name: 'x.npy', data: array };
  const compressed = { ...x, data: deflateRawSync(array), method: 8, bytes: array.length, crc: crc32(array) };
  const zeros = deflateRawSync(Buffer.alloc(2 ** 27));
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['no archive', Buffer.from('this is no archive at all')],
    ['a cut file', zip([x]).subarray(0, 200)],
    ['a wrong count', zip([x], 2)],
    ['no array', zip([{ ...x, name: 'y.txt' }])],
    ['a name twice', zip([x, x])],
    ['a name in a folder above', zip([x, { ...x, name: 'a/../../y.npy' }])],
    ['a name from the root', zip([x, { ...x, name: '/y.npy' }])],
    ['a name on a drive', zip([x, { ...x, name: 'C:y.npy' }])],
    ['a name with a back-slash', zip([x, { ...x, name: '..\\y.npy' }])],
    ['a link', zip([x, { ...x, name: 'y.npy', attributes: 0o120777 << 16 }])],
    ['an encrypted entry', zip([{ ...x, flags: 1 }])],
    ['another method', zip([{ ...x, method: 12 }])],
    ['two names of one entry', zip([{ ...x, localName: 'y.npy' }])],
    ['entries that overlap', zip([x, { ...x, name: 'y.npy', position: 10 }])],
    ['a wrong checksum', zip([{ ...x, crc: 1 }])],
    ['a wrong size', zip([{ ...x, bytes: array.length + 4 }])],
    ['an entry beyond the end', zip([{ ...x, position: 1e6 }])],
    ['a place beyond 4 GiB', zip([{ ...x, position: 0xffffffff }])],
    ['data that cannot be inflated', zip([{ ...compressed, data: Buffer.alloc(100, 0xff) }])],
    ['data that inflates to less', zip([{ ...compressed, data: deflateRawSync(array.subarray(0, 140)) }])],
    [
      'data that inflates to more',
      zip([{ ...compressed, data: deflateRawSync(Buffer.concat([array, array])) }]),
    ],
    ['no data', zip([{ ...compressed, data: new Uint8Array(0) }])],
    ['a bomb', zip([{ ...compressed, data: zeros, bytes: 2 ** 27 }])],
    ['a hidden bomb', zip([{ ...compressed, data: zeros }])],
  ])('refuses %s', async (_, bytes) => {
    const error = await failure([await write(bytes)], forInput(['N', 3]));
    expect(error.where).toContain('data.npz');
  });

  it('gives a typed error or batches for any damage', async () => {
    const files = await Promise.all(['stored.npz', 'deflated.npz'].map((name) => readFile(fixture(name))));
    const path = await write(new Uint8Array(0));
    const damage = fc.tuple(
      fc.nat(1),
      fc.array(fc.tuple(fc.nat(569), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ([file, changes]) => {
        const bytes = Buffer.from(files[file]!);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        await writeFile(path, bytes);
        const outcome: unknown = await readAll([path], both).catch((error: unknown) => error);
        expect(Array.isArray(outcome) || isLowbitError(outcome), String(outcome)).toBe(true);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

it.each([1, 2])(
  'a cache that is empty along an open axis is read with the other inputs, %i at a time',
  async (batchSize) => {
    const cache = npyBytes([2, 0, 3], new Float32Array());
    const entries = [
      { name: 'x.npy', data: array },
      { name: 'cache.npy', data: cache },
    ].map(({ name, data }) => ({ name, data, method: 0, bytes: data.length, crc: crc32(data) }));
    const inputs = [...both.inputs.slice(0, 1), { name: 'cache', type: 'float32', shape: ['N', 'past', 3] }];
    const batches = await readAll([await write(zip(entries))], { inputs, batchSize });
    expect(batches.map((batch) => batch.inputs['cache'])).toEqual(
      Array(2 / batchSize).fill({ shape: [batchSize, 0, 3], data: [] }),
    );
  },
);
