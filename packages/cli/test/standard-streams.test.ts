import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { externalModel } from './external-model.js';
import { contents, lowbit, run, runOn, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);
const model = tinyModel();

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const name of ['tiny.onnx', 'standard-input']) await writeFile(inFolder(name), model);
});

/** The result of a file that is called as what comes on standard input is. */
async function quantizedFile(...argv: readonly string[]): Promise<Uint8Array> {
  const { status, stderr } = await run(
    'quantize',
    inFolder('standard-input'),
    '-o',
    inFolder('q.onnx'),
    '--force',
    ...argv,
  );
  expect(status, stderr).toBe(0);
  return readFile(inFolder('q.onnx'));
}

describe('a model on standard input', () => {
  it('is quantized onto standard output, and told of on standard error', async () => {
    const { status, stdout, stderr } = await runOn(model, 'quantize', '-', '--bits', '4');
    expect(status, stderr).toBe(0);
    expect(stdout).toHaveLength(1);
    expect(Buffer.from(stdout[0] as Uint8Array).equals(await quantizedFile('--bits', '4'))).toBe(true);
    expect(stderr).toContain('Written: -\n');
    expect(stderr).not.toContain(tmpdir());
  });

  it('goes into a file with --output, and the JSON onto standard output', async () => {
    const { status, stdout } = await runOn(model, 'quantize', '-', '-o', inFolder('file.onnx'), '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout.join(''))).toMatchObject({ input: '-', output: inFolder('file.onnx') });
    expect(await contents(folder)).toContain('file.onnx');
  });

  it.each(['--report', '--save-calibration'])(
    'has standard output for itself: %s has a file',
    async (option) => {
      const more =
        option === '--report' ? [] : ['--activations', 'min-max', '--calibrate', inFolder('x.npy')];
      const { status, stdout, stderr } = await runOn(model, 'quantize', '-', option, '-', ...more);
      expect({ status, stdout }).toEqual({ status: 2, stdout: [] });
      expect(stderr).toContain(`give the name of a file with ${option}`);
    },
  );

  it('goes through the real process', async () => {
    const { status, stdout, stderr } = await lowbit(['inspect', '-', '--json'], { stdin: model });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ input: '-', quantizable: [{}] });
    const piped = await lowbit(['quantize', '-', '--quiet'], { stdin: model });
    expect(piped).toMatchObject({ status: 0, stderr: '' });
    expect(piped.stdout.length).toBeGreaterThan(1000);
  });

  it('says that data files lie beside models that have a path', async () => {
    const { status, stderr } = await runOn(externalModel().model, 'quantize', '-');
    expect(status).toBe(2);
    expect(stderr).toContain('a model whose data lie in weight.bin');
    expect(stderr).toContain('Give the path of the model');
  });

  it('is compared with a file', async () => {
    await quantizedFile();
    const { status, stdout } = await runOn(
      model,
      'compare',
      '-',
      inFolder('q.onnx'),
      '--rounds',
      '0',
      '--json',
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout.join(''))).toMatchObject({ a: { file: '-' }, b: { file: inFolder('q.onnx') } });
  });

  it.each([
    ['nothing', new Uint8Array(0), ['quantize', '-'], 1, '[model-empty]'],
    [
      'what is no model',
      new Uint8Array(200).fill(255),
      ['inspect', '-'],
      1,
      'standard-input: this is of a kind that lowbit does not read',
    ],
    ['JSON', Buffer.from(' {"modelTopology":{}}'), ['inspect', '-'], 2, 'Give the path of the model.json.'],
    ['a model for a folder', model, ['quantize', '-', '-o', '-', '--format', 'plain'], 2, '--format'],
    ['two models', model, ['compare', '-', '-'], 2, 'one model on standard input'],
    ['a model among others', model, ['quantize', '-', 'tiny.onnx'], 2, 'one model on a standard stream'],
    ['data beside the result', model, ['quantize', '-', '--external'], 2, 'data in another one'],
  ] as const)('that holds %s is told', async (_, bytes, argv, status, words) => {
    const ended = await runOn(bytes, ...argv);
    expect(ended.stderr).toContain(words);
    expect(ended).toMatchObject({ status, stdout: [] });
    expect(ended.stderr).not.toContain(tmpdir());
  });

  it('leaves nothing behind', async () => {
    const kept = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('lowbit-input-'));
    const before = await kept();
    await runOn(model, 'quantize', '-');
    await runOn(new Uint8Array(9), 'quantize', '-');
    expect(await kept()).toEqual(before);
  });
});

describe('standard output', () => {
  it('takes a plan', async () => {
    const { status, stdout, stderr } = await run(
      'plan',
      inFolder('tiny.onnx'),
      '-o',
      '-',
      '--include-op',
      '*',
      '--bits',
      '4',
    );
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ port: 'onnx' });
  });

  it('takes no bytes on a terminal', async () => {
    const text = { stderr: '' };
    const { main } = await import('../src/main.js');
    const status = await main(['quantize', inFolder('tiny.onnx'), '-o', '-'], {
      stdout: { write: () => expect.unreachable(), isTTY: true },
      stderr: { write: (part) => (text.stderr += String(part)) },
      signal: new AbortController().signal,
    });
    expect(status).toBe(2);
    expect(text.stderr).toContain('a terminal');
  });
});
