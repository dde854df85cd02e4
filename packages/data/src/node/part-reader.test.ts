import { mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { partReader } from './part-reader.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowbit-parts-'));
  await writeFile(join(folder, 'letters'), 'abcdefgh');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a file of which parts are read', () => {
  it('gives its size, parts and the whole', async () => {
    const { size, read, fill } = await partReader(join(folder, 'letters'));
    expect(size).toBe(8);
    expect(text(await read(2, 3))).toBe('cde');
    expect(text(await read(0, size))).toBe('abcdefgh');
    expect(text(await read(6, 5))).toBe('gh');
    const memory = new Uint8Array(4);
    expect([fill(memory, 1), text(memory)]).toEqual([4, 'bcde']);
    expect([fill(memory, 6), text(memory)]).toEqual([2, 'ghde']);
  });

  it('may be larger than a model can be, and than memory', async () => {
    const file = join(folder, 'sparse');
    await writeFile(file, '');
    await truncate(file, 2 ** 40);
    const { size, read } = await partReader(file);
    expect(size).toBe(2 ** 40);
    expect(await read(2 ** 40 - 2, 2)).toEqual(new Uint8Array(2));
  });

  it('is missed, is a file, and is not read after the end was asked for', async () => {
    await expect(partReader(folder)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(partReader(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'file-missing' });
    const stop = new AbortController();
    const { read, fill } = await partReader(join(folder, 'letters'), stop.signal);
    stop.abort();
    expect(() => fill(new Uint8Array(1), 0)).toThrow('[aborted]');
    await expect(read(0, 1)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('is not read on where it was replaced or written since, though it is as long as before', async () => {
    const [file, other] = ['kept', 'other'].map((name) => join(folder, name)) as [string, string];
    const changes = [
      () => writeFile(other, 'ijklmnop').then(() => rename(other, file)),
      () => writeFile(file, 'qrstuvwx').then(() => utimes(file, 1, 1)),
    ];
    for (const change of changes) {
      await writeFile(file, 'abcdefgh');
      const { read, fill } = await partReader(file);
      expect(text(await read(0, 4))).toBe('abcd');
      await change();
      await expect(read(4, 4)).rejects.toMatchObject({ code: 'file-unreadable' });
      expect(() => fill(new Uint8Array(4), 4)).toThrow('written or replaced since');
    }
  });
});
