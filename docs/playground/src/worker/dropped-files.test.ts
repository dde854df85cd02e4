import { expect, it } from 'vitest';
import { beside, readFiles } from './dropped-files.js';

const bytes = Uint8Array.of(1, 2, 3);

it('finds a file by the path that a model gives it', async () => {
  const files = await readFiles([new File([bytes], 'weights.bin')]);
  expect(beside(files, 'weights.bin')).toEqual(bytes);
  expect(beside(files, 'data/weights.bin')).toEqual(bytes);
});

it('names the file that is missing, and what is there', async () => {
  const files = await readFiles([new File([bytes], 'model.json')]);
  expect(() => beside(files, 'weights.bin')).toThrowError(
    expect.objectContaining({ code: 'file-missing', where: 'weights.bin', received: 'model.json' }),
  );
});

it('refuses nothing, and what cannot be read', async () => {
  await expect(readFiles([])).rejects.toMatchObject({ code: 'file-missing' });
  const folder = { name: 'folder', arrayBuffer: () => Promise.reject(new Error('is a folder')) };
  await expect(readFiles([folder as unknown as File])).rejects.toMatchObject({
    code: 'file-unreadable',
    where: 'folder',
    received: 'is a folder',
  });
});
