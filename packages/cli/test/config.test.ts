import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { createProgram } from '../src/program.js';
import { chainModel } from './chain-model.js';
import { configSchema } from './config-schema.js';
import { lowbit, temporaryFolder } from './support.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(at('models'));
  await mkdir(at('work'));
  await mkdir(at('empty'));
  await writeFile(at('models', 'chain.onnx'), chainModel());
  // That of a stranger's folder decides nothing.
  await writeFile(at('models', 'lowbit.config.json'), '{ "bits": 2 }');
  await writeFile(at('work', 'lowbit.config.json'), '{ "bits": 4, "exclude": ["w1"], "measure": false }');
  await writeFile(at('other.json'), '{ "$schema": "x", "averageBits": 4.5, "choices": [2, 4, 8] }');
  await writeFile(at('made.mjs'), 'export default { bits: 2 + 1, firstLast: 8 };');
});

async function bitsBy(cwd: string, ...argv: readonly string[]) {
  const words = ['quantize', at('models', 'chain.onnx'), ...argv, '-o', at('out.onnx'), '--force', '--json'];
  const { stdout, stderr } = await lowbit(words, { cwd: at(cwd) });
  const { report, error } = JSON.parse(stdout) as {
    report?: { plan: { weights: { bits: number | 'float' }[] } };
    error?: { code: string; where: string; expected?: string };
  };
  return { bits: report?.plan.weights.map(({ bits }) => bits), error, stderr };
}

describe('a configuration', () => {
  it('is that of the working folder, never one beside the model', async () => {
    expect(await bitsBy('work')).toMatchObject({ bits: [4, 'float', 4, 4], stderr: '' });
    expect((await bitsBy('empty')).bits).toEqual([8, 8, 8, 8]);
    expect((await bitsBy('models')).bits).toEqual([2, 2, 2, 2]);
  });

  it('gives way to what is typed, also to what cannot stand beside it', async () => {
    expect((await bitsBy('work', '--bits', '6')).bits).toEqual([6, 'float', 6, 6]);
    expect((await bitsBy('work', '--exclude=w0')).bits).toEqual(['float', 4, 4, 4]);
    const { bits } = await bitsBy('work', '--average-bits', '5');
    expect(bits?.[1]).toBe('float');
    expect(new Set(bits).size).toBeGreaterThan(1);
    expect((await bitsBy('work', '--no-config')).bits).toEqual([8, 8, 8, 8]);
  });

  it('is the one that is named, JSON or a module', async () => {
    const { bits } = await bitsBy('work', '--config', at('other.json'));
    expect(bits).not.toContain('float');
    expect(new Set(bits).size).toBeGreaterThan(1);
    expect((await bitsBy('empty', '--config', at('made.mjs'))).bits).toEqual([8, 3, 3, 8]);
  });

  it('is told of where nobody named it', async () => {
    const argv = ['quantize', at('models', 'chain.onnx'), '-o', at('told.onnx')];
    const { stderr } = await lowbit(argv, { cwd: at('work') });
    expect(stderr).toBe('options from lowbit.config.json; --no-config leaves them out\n');
  });
});

describe('a wrong one', () => {
  const wrong = async (text: string, name = 'wrong.json') => {
    await writeFile(at('empty', name), text);
    const argv = name === 'lowbit.config.json' ? [] : ['--config', name];
    return (await bitsBy('empty', ...argv)).error;
  };

  it.each([
    ['{ "bitz": 4 }', 'wrong.json: bitz'],
    ['{ "measure": "no" }', 'wrong.json: measure'],
    ['{ "bits": {} }', 'wrong.json: bits'],
    ['{ "targetSize": "1.5MiB" }', '--target-size'],
    ['[1]', 'wrong.json'],
    ['{', 'wrong.json'],
  ])('%s', async (text, where) => {
    expect(await wrong(text)).toMatchObject({ code: 'invalid-argument', where });
  });

  it('loads no code that nobody named', async () => {
    const text = '{ "plugin": ["./plugin.js"] }';
    const where = 'lowbit.config.json: plugin';
    expect(await wrong(text, 'lowbit.config.json')).toMatchObject({ code: 'invalid-argument', where });
    const named = await bitsBy('empty', '--config', 'lowbit.config.json');
    expect(named.error).toMatchObject({ code: 'file-missing', where: '--plugin ./plugin.js' });
  });

  it('that is missing is told', async () => {
    expect((await bitsBy('empty', '--config', 'none.json')).error?.code).toBe('file-missing');
  });
});

it('has a schema, which is published', async () => {
  const io = { stdout: process.stdout, stderr: process.stderr, signal: new AbortController().signal };
  const program = createProgram(io, [], false);
  const command = program.commands.find((one) => one.name() === 'quantize')!;
  const text = `${JSON.stringify(configSchema(command), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../schema/config.schema.json');
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(manifest) as { files: string[] }).files).toContain('schema');
});
