import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { temporaryFolder } from '../../test/support.js';
import { findModel } from './find-model.js';

it('tells the kind by the content, and by the name only where the content says nothing', async () => {
  const folder = await temporaryFolder();
  const kindOf = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return (await findModel(join(folder, name))).kind;
  };
  expect(await kindOf('a.onnx', '\uFEFF\r\n  {"modelTopology":{}}')).toBe('tfjs');
  expect(await kindOf('b.json', Uint8Array.of(8, 7, 18, 0))).toBe('onnx');
  expect(await kindOf('c.bin', Uint8Array.of(8, 7, 18, 0))).toBe('onnx');
  expect(await kindOf('f.json', '<!doctype html>')).toBe('tfjs');
  expect(await kindOf('g.json', '')).toBe('tfjs');
  expect(await kindOf('d', '')).toBe('onnx');
  expect(await kindOf('h.keras', '')).toBe('keras');
  expect(await kindOf('i.h5', 'hello')).toBe('keras');
  expect(await kindOf('j.h5', Uint8Array.of(8, 7, 18, 0))).toBe('onnx');
  expect(await kindOf('e', '[1]')).toBe('onnx');
});

it('names a SavedModel of TensorFlow, the folder or the file, and what converts it', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'saved_model.pb'), Uint8Array.of(8, 1, 18, 0));
  for (const path of [folder, join(folder, 'saved_model.pb')]) {
    await expect(findModel(path)).rejects.toMatchObject({
      code: 'model-foreign',
      where: path,
      received: 'a SavedModel of TensorFlow',
      remedy: expect.stringContaining(`tf2onnx.convert --saved-model ${folder} --output`) as string,
    });
  }
});

it('points to the ONNX file in a folder', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'net.onnx'), '');
  await expect(findModel(folder)).rejects.toMatchObject({
    code: 'file-missing',
    remedy: expect.stringContaining(join(folder, 'net.onnx')) as string,
  });
});

it('finds the model.json of a folder, and says when there is none', async () => {
  const folder = await temporaryFolder();
  await expect(findModel(folder)).rejects.toMatchObject({
    code: 'file-missing',
    where: join(folder, 'model.json'),
  });
  await writeFile(join(folder, 'model.json'), '{}');
  expect(await findModel(folder)).toEqual({ path: folder, file: join(folder, 'model.json'), kind: 'tfjs' });
  await mkdir(join(folder, 'deep', 'model.json'), { recursive: true });
  await expect(findModel(join(folder, 'deep'))).rejects.toMatchObject({ code: 'file-unreadable' });
  await expect(findModel(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'file-missing' });
});
