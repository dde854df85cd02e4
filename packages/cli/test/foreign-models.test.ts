import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { contents, run, temporaryFolder } from './support.js';

/** The first bytes of files as the tools write them that they belong to, in base64. */
const heads = JSON.parse(
  await readFile(new URL('../../onnx/fixtures/foreign.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;
const head = (name: string) => Buffer.from(heads[name] ?? '', 'base64');

async function folderWith(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

describe('models of other kinds are named, with what to do', () => {
  it.each(Object.keys(heads))('%s', async (name) => {
    const folder = await folderWith({ [name]: head(name) });
    for (const command of ['quantize', 'inspect']) {
      const { status, stdout, stderr } = await run(command, join(folder, name));
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/\[model-foreign\].*\nhint: {2}\S/);
      expect(stderr).not.toContain('do not start like one');
    }
    expect(await contents(folder)).toEqual([name]);
  });

  it.each([
    [
      'weights of a transformer',
      { 'config.json': '{}', 'model.safetensors': head('weights.safetensors') },
      'optimum-cli',
    ],
    ['OpenVINO', { 'net.xml': head('ir.xml'), 'net.bin': Uint8Array.of(1, 2, 3) }, 'OpenVINO'],
    [
      'Core ML',
      { 'Manifest.json': '{}', 'Data/com.apple.CoreML/model.mlmodel': head('core.mlmodel') },
      'Core ML',
    ],
    ['compiled Core ML', { 'coremldata.bin': new Uint8Array(40), 'model.mil': 'program(1.0)' }, 'Core ML'],
    [
      'PyTorch',
      { 'config.json': '{}', 'pytorch_model.bin': Uint8Array.of(0x80, 2, 0x8a, 10) },
      'torch.onnx.export',
    ],
    ['a SavedModel', { 'saved_model.pb': Uint8Array.of(8, 1, 18, 0), 'variables/v.index': 'x' }, 'tf2onnx'],
  ])('as a folder of %s', async (_, files, words) => {
    const folder = await folderWith(files);
    for (const command of ['quantize', 'inspect']) {
      const { status, stdout, stderr } = await run(command, folder);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('[model-foreign]');
      expect(stderr).toContain(words);
    }
  });

  it('however large they are', async () => {
    const folder = await folderWith({ 'large.gguf': head('weights.gguf') });
    const file = await open(join(folder, 'large.gguf'), 'r+');
    await file.truncate(3 * 2 ** 30);
    await file.close();
    const { stderr } = await run('quantize', join(folder, 'large.gguf'));
    expect(stderr).toContain('a GGUF file');
    expect(stderr).not.toContain('external data');
  });
});
