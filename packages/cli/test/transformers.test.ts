import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { modelBuilder } from '@lowbit/onnx/build';
import type { Report } from '@lowbit/core';
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

/** Tokens, a mask of them, and keys of the past, as a decoder has them. */
async function tokenModel(): Promise<Uint8Array> {
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const numbers = (count: number) =>
    Float32Array.from({ length: count }, (_, at) => Math.sin(at * at * 0.37));
  const ids = model.input('input_ids', 'int64', ['batch', 'tokens']);
  const mask = model.input('attention_mask', 'int64', ['batch', 'tokens']);
  const past = model.input('past_key_values.0.key', 'float32', ['batch', 'past', 64]);
  const rows = model.node('Gather', [model.constant('table', 'float32', [32, 64], numbers(2048)), ids]);
  const product = model.node('MatMul', [rows, model.constant('w', 'float32', [64, 64], numbers(4096))]);
  const seen = model.node('Unsqueeze', [
    model.node('Cast', [mask], { attributes: { to: 1 } }),
    model.constant('axes', 'int64', [1], [2]),
  ]);
  const keys = model.node('Concat', [past, model.node('Mul', [product, seen])], { attributes: { axis: 1 } });
  model.output(keys, 'float32', ['batch', 'all', 64], 'present.0.key');
  return (await model.write({})).bytes;
}

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
  expect(status).toBe(0);
  const { written, refused } = JSON.parse(stdout) as Record<string, readonly Record<string, unknown>[]>;
  expect(written).toMatchObject([
    { dtype: 'q4', path: 'onnx/model_q4.onnx', report: { verdict: { by: 'outputs' } } },
    { dtype: 'bnb4', path: 'onnx/model_bnb4.onnx' },
  ]);
  expect(refused).toEqual([]);
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
  ['--block-size', 'group:64'],
  ['--quant_type', '--dtype bnb4'],
  ['--model_id', 'Export the model to ONNX first'],
  ['--max_finite_val', 'nothing is clipped'],
  ['--MatMulConstBOnly', 'it is always so'],
])('%s of other tools is answered with ours', async (option, words) => {
  const { status, stderr } = await run('quantize', inFolder('net'), option);
  expect(status).toBe(2);
  expect(stderr).toContain(words);
});

it('a policy and filters are of all graphs; what fits none of them is told, and nothing is left', async () => {
  await mkdir(inFolder('two/onnx'), { recursive: true });
  await writeFile(inFolder('two/onnx/a.onnx'), tinyModel());
  await writeFile(inFolder('two/onnx/b.onnx'), tinyModel({ weight: 'own' }));
  const given = ['quantize', inFolder('two'), ...forWeb, '--dtype', 'q4', '--json'];
  const bitsOf = async (...more: readonly string[]) => {
    const { status, stdout } = await run(...given, ...more, '--force');
    expect(status, stdout).toBe(0);
    const { written } = JSON.parse(stdout) as { written: { graph: string; report?: Report }[] };
    return Object.fromEntries(
      written.map(({ graph, report }) => [graph, report?.weights.map(({ bits }) => bits) ?? 'as it is']),
    );
  };
  expect(await bitsOf()).toEqual({ a: [4], b: [4] });
  expect(await bitsOf('--first-last', '8')).toEqual({ a: [8], b: [8] });
  expect(await bitsOf('--bits', 'progressive:from=8,to=8')).toEqual({ a: [8], b: [8] });
  expect(await bitsOf('--exclude', 'own')).toEqual({ a: [4], b: 'as it is' });
  expect(await bitsOf('--include', 'own')).toEqual({ a: 'as it is', b: [4] });
  const { status, stderr } = await run(...given.slice(0, -1), '--exclude', 'owm', '-o', inFolder('new'));
  expect([status, stderr]).toEqual([2, expect.stringContaining('Did you mean own?') as string]);
  expect(await readdir(folder)).not.toContain('new');
});

it('a folder stays where no dtype can be written', async () => {
  const before = await filesOf('two_transformers');
  const impossible = ['--dtype', 'q4', '--average-bits', '1', '--force'];
  const { status, stdout } = await run('quantize', inFolder('two'), ...forWeb, ...impossible);
  expect([status, stdout]).toEqual([1, expect.stringContaining('Nothing is written.') as string]);
  expect(stdout).toContain('q4 is not written, for a:');
  expect(await filesOf('two_transformers')).toEqual(before);
});

it('without data codes are chosen by inputs that are made, as it says, unless the nearest are asked for', async () => {
  await mkdir(inFolder('made'));
  await writeFile(inFolder('made/model.onnx'), await tokenModel());
  const asked = ['quantize', inFolder('made'), ...forWeb, '--dtype', 'q4', '--force'];
  const { stdout } = await run(...asked);
  expect(stdout).toContain('onnx/model_q4.onnx is rounded by random input_ids; --calibrate takes real ones');
  expect((await run(...asked, '--rounding', 'nearest')).stdout).not.toContain('random');
  const { written } = JSON.parse((await run(...asked, '--json')).stdout) as Record<string, readonly object[]>;
  expect(written).toMatchObject([{ madeInputs: ['input_ids'], report: { verdict: { by: 'weights' } } }]);
});

it('token ids are enough: masks, positions and an empty past are made; data that fit no graph are told', async () => {
  await mkdir(inFolder('text/onnx'), { recursive: true });
  await writeFile(inFolder('text/onnx/model.onnx'), await tokenModel());
  await writeFile(inFolder('ids.jsonl'), '{"input_ids":[1,2,3]}\n{"input_ids":[4,5,6,7]}\n');
  await writeFile(inFolder('words.jsonl'), '{"words":[1,2,3]}\n');
  const given = ['quantize', inFolder('text'), ...forWeb, '--dtype', 'q4,fp16', '--json', '--force'];
  const { status, stdout } = await run(...given, '--calibrate', inFolder('ids.jsonl'));
  expect(status, stdout).toBe(0);
  const { written } = JSON.parse(stdout) as { written: { report?: Report }[] };
  expect(written.map(({ report }) => report?.verdict)).toMatchObject([{ by: 'outputs' }, { by: 'outputs' }]);
  const wrong = await run(...given, '--calibrate', inFolder('words.jsonl'), '-o', inFolder('new'));
  expect(wrong.status).toBe(1);
  expect(wrong.stdout).toContain('data for model which have no input_ids');
  expect(await readdir(folder)).not.toContain('new');
});
