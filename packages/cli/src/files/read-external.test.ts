import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readExternal } from './read-external.js';

const { signal } = new AbortController();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowbit-external-'));
  await mkdir(join(folder, 'model', 'deep'), { recursive: true });
  for (const place of ['outside', 'model/inside', 'model/deep/inside', 'model/..name'])
    await writeFile(join(folder, place), place);
  await symlink('../outside', join(folder, 'model', 'link'));
  await symlink('inside', join(folder, 'model', 'own-link'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (path: string) => readExternal(join(folder, 'model', 'model.onnx'), path, signal);

describe('a file beside a model', () => {
  it.each([
    ['inside', 'model/inside'],
    ['deep/inside', 'model/deep/inside'],
    ['own-link', 'model/inside'],
    ['..name', 'model/..name'],
  ])('is read: %s', async (path, text) => {
    expect(new TextDecoder().decode(await read(path))).toBe(text);
  });

  it.each(['../outside', 'link', 'deep/../../outside'])('is not read outside: %s', async (path) => {
    await expect(read(path)).rejects.toMatchObject({ code: 'external-data' });
  });

  it('is missed', async () => {
    await expect(read('nothing')).rejects.toMatchObject({ code: 'file-missing' });
  });
});
