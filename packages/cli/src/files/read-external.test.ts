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
  await hub();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As caches of model hubs keep a model: under its name lie links to files that are named for what they hold. */
async function hub() {
  for (const place of ['hub/blobs', 'hub/named/onnx']) await mkdir(join(folder, place), { recursive: true });
  for (const place of ['blobs/1f', 'blobs/2e', 'blobs/behind'])
    await writeFile(join(folder, 'hub', place), place);
  const links = { 'model.onnx': '../../blobs/1f', data: '../../blobs/2e', far: '../../../outside' };
  for (const [name, to] of Object.entries(links))
    await symlink(to, join(folder, 'hub', 'named', 'onnx', name));
}

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

describe('a file beside a model that is a link', () => {
  const model = () => join(folder, 'hub', 'named', 'onnx', 'model.onnx');

  it.each([
    ['data', 'blobs/2e'],
    ['behind', 'blobs/behind'],
  ])('is read where the link lies, and where the model itself lies: %s', async (path, text) => {
    expect(new TextDecoder().decode(await readExternal(model(), path, signal))).toBe(text);
  });

  it.each(['far', '../../blobs/../../outside'])('is not read outside of both: %s', async (path) => {
    await expect(readExternal(model(), path, signal)).rejects.toMatchObject({ code: 'external-data' });
  });

  it('is missed in both, by its name beside the link', async () => {
    const missed = { code: 'file-missing', where: join(folder, 'hub', 'named', 'onnx', 'nothing') };
    await expect(readExternal(model(), 'nothing', signal)).rejects.toMatchObject(missed);
  });
});
