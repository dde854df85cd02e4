import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import { run, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);
const forWeb = ['--for', 'transformers.js'];

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(inFolder('net/onnx'), { recursive: true });
  await mkdir(inFolder('net/.cache'));
  await writeFile(inFolder('weights.blob'), tinyModel());
  await symlink(inFolder('weights.blob'), inFolder('net/onnx/model.onnx'));
  await writeFile(inFolder('net/config.json'), '{"model_type":"bert"}');
  await writeFile(inFolder('net/.cache/secret'), 'x');
  await writeFile(inFolder('net/vocab.txt'), 'a');
  await writeFile(inFolder('x.jsonl'), JSON.stringify({ x: Array.from({ length: 64 }, (_, at) => at / 64) }));
});

const filesOf = async (name: string) => (await readdir(inFolder(name), { recursive: true })).sort();

it('a folder becomes one that transformers.js reads, with links followed and hidden files left out', async () => {
  const { status, stdout } = await run('quantize', inFolder('net'), ...forWeb, '--dtype', 'q4,q8, q4f16');
  expect(status, stdout).toBe(0);
  expect(await filesOf('net_transformers')).toEqual(
    [
      'config.json',
      'onnx',
      'vocab.txt',
      ...['q4', 'q4f16', 'quantized'].map((end) => `onnx/model_${end}.onnx`),
    ].sort(),
  );
  expect(stdout).toMatch(/model → onnx\/model_q4\.onnx: 16\.\d kB → 3\.26 kB, 0\.198, untested/);
  expect(stdout).toContain('AutoModel.from_pretrained("net_transformers", { dtype: "q4" })');
  const again = await run('quantize', inFolder('net'), ...forWeb, '--dtype', 'q4');
  expect(again).toMatchObject({ status: 1 });
  expect(again.stderr).toContain('file-exists');
});

it('data tell what the outputs keep; --force replaces the folder', async () => {
  const asked = [
    ...forWeb,
    '--dtype',
    'q4,bnb4',
    '-o',
    inFolder('out'),
    '--json',
    '--calibrate',
    inFolder('x.jsonl'),
  ];
  const { status, stdout } = await run('quantize', inFolder('net'), ...asked);
  expect(status).toBe(1);
  const { written, refused } = JSON.parse(stdout) as Record<string, readonly Record<string, unknown>[]>;
  expect(written).toMatchObject([
    { dtype: 'q4', path: 'onnx/model_q4.onnx', report: { verdict: { by: 'outputs' } } },
  ]);
  expect(refused).toMatchObject([{ dtype: 'bnb4', graph: 'model' }]);
  await run('quantize', inFolder('net'), ...forWeb, '--dtype', 'q8', '-o', inFolder('out'), '--force');
  expect(await filesOf('out')).toEqual(['config.json', 'onnx', 'onnx/model_quantized.onnx', 'vocab.txt']);
  const config = JSON.parse(await readFile(inFolder('out/config.json'), 'utf8')) as Record<string, unknown>;
  expect(config).toMatchObject({ model_type: 'bert', 'transformers.js_config': { dtype: 'q8' } });
});

it.each([
  ['a dtype that does not exist', ['--dtype', 'q5', '-o', 'new'], 2, 'received q5'],
  ['bits, which a dtype decides', ['--dtype', 'q4', '--bits', '4'], 2, '--bits'],
  ['its own folder for the result', ['--dtype', 'q4', '-o', 'net'], 2, 'a folder of its own'],
])('%s is refused, and nothing is left', async (_, more, status, words) => {
  const before = await filesOf('.');
  const given = more.map((word) => (['net', 'new'].includes(word) ? inFolder(word) : word));
  const told = await run('quantize', inFolder('net'), ...forWeb, ...given);
  expect(told.status, told.stderr).toBe(status);
  expect(told.stderr).toContain(words);
  expect(await filesOf('.')).toEqual(before);
});

it('--for and --dtype are given together', async () => {
  expect(await run('quantize', inFolder('net'), '--dtype', 'q4')).toMatchObject({ status: 2 });
  expect(await run('quantize', inFolder('net'), ...forWeb)).toMatchObject({ status: 2 });
});

it('a folder that is no model is not replaced', async () => {
  await mkdir(inFolder('photos'));
  await writeFile(inFolder('photos/a.png'), '');
  const given = [...forWeb, '--dtype', 'q4', '-o', inFolder('photos'), '--force'];
  const { status, stderr } = await run('quantize', inFolder('net'), ...given);
  expect(status).toBe(1);
  expect(stderr).toContain('it is no folder of a model');
  expect(await filesOf('photos')).toEqual(['a.png']);
});

it.each([
  ['--per_channel', 'Scales are per channel already'],
  ['--quantize_uint8', '--dtype uint8'],
  ['--op_block_list', '--exclude-op'],
  ['--block-size', 'group:32'],
])('%s of other tools is answered with ours', async (option, words) => {
  const { status, stderr } = await run('quantize', inFolder('net'), option);
  expect(status).toBe(2);
  expect(stderr).toContain(words);
});
