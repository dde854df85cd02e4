import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findModels } from '../src/model/find-models.js';
import { contents, run, runOn, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

/** A folder with these files: models, unless something else is said. */
async function folderWith(...names: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    const [path = '', text] = name.split('=');
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text ?? tinyModel());
  }
  return folder;
}

interface Told {
  readonly models: readonly {
    readonly input: string;
    readonly output?: string;
    readonly error?: { readonly code: string };
  }[];
}

const documentOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as Told;

describe('several models', () => {
  it('in the snapshot of a hub cache are those that its links lead to, and no others', async () => {
    const folder = await folderWith('hub/models--a--b/blobs/aaa', 'other/out.onnx');
    const snapshot = join(folder, 'hub', 'models--a--b', 'snapshots', 'abc');
    await mkdir(join(snapshot, 'onnx'), { recursive: true });
    await symlink('../../../blobs/aaa', join(snapshot, 'onnx', 'small.onnx'));
    await symlink('../../../../../other/out.onnx', join(snapshot, 'onnx', 'out.onnx'));
    for (const root of [snapshot, join(snapshot, 'onnx')])
      expect((await findModels([root])).map(({ path }) => path)).toEqual([
        join(snapshot, 'onnx', 'small.onnx'),
      ]);
    const { status, stderr } = await run('quantize', snapshot, '-o', join(folder, 'small'));
    expect(status, stderr).toBe(0);
    expect(await contents(join(folder, 'small', 'onnx'))).toEqual(['small_q8.onnx']);
  });

  it('are quantized in one call, each beside itself', async () => {
    const folder = await folderWith('a.onnx', 'b.onnx');
    const { status, stdout, stderr } = await run('quantize', join(folder, 'a.onnx'), join(folder, 'b.onnx'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await contents(folder)).toEqual(['a.onnx', 'a_q8.onnx', 'b.onnx', 'b_q8.onnx']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/a\.onnx → .*a_q8\.onnx: 16\.\d kB → /);
    expect(lines[2]).toBe('2 quantized');
    expect(lines[3]).toMatch(/^Next: {4}lowbit compare .*a\.onnx .*a_q8\.onnx$/);
  });

  it('do not stop when one fails, and --json is one document', async () => {
    const folder = await folderWith('a.onnx', 'bad.onnx=junk', 'c.onnx');
    const paths = ['a.onnx', 'bad.onnx', 'missing.onnx', 'c.onnx'].map((name) => join(folder, name));
    const done = await run('quantize', ...paths, '-o', join(folder, 'new', 'out'), '--json');
    expect(done).toMatchObject({ status: 1, stderr: '' });
    expect(documentOf(done).models.map(({ input, error }) => [input, error?.code])).toEqual([
      [paths[0], undefined],
      [paths[1], 'model-not-onnx'],
      [paths[2], 'file-missing'],
      [paths[3], undefined],
    ]);
    expect(await contents(join(folder, 'new', 'out'))).toEqual(['a_q8.onnx', 'c_q8.onnx']);
    const again = await run('quantize', ...paths, '-o', join(folder, 'new', 'out'));
    expect(again.status).toBe(1);
    expect(again.stdout).toBe('0 quantized, 4 failed\n');
    expect(again.stderr.match(/\[file-exists\]/g)).toHaveLength(2);
  });

  it('have one report, with a section each', async () => {
    const folder = await folderWith('a.onnx', 'b.onnx');
    const page = join(folder, 'report.html');
    expect((await run('quantize', folder, '--report', page, '--quiet')).stderr).toBe('');
    const text = await readFile(page, 'utf8');
    expect(text).toContain('a.onnx');
    expect(text).toContain('b.onnx');
  });

  it.each([
    ['two results of one name', ['x/a.onnx', 'y/a.onnx', '-o', 'out'], 'a_q8.onnx, as that of'],
    ['a result that is a model', ['x/a.onnx', 'x/a_q8.onnx', '--force'], 'which is a model'],
    ['one model twice', ['x/a.onnx', 'x/a.onnx'], 'as that of'],
    ['a plan', ['x/a.onnx', 'y/a.onnx', '--plan', 'p.json'], '--plan'],
    ['a stream for a result', ['x/a.onnx', 'y/a.onnx', '-o', '-'], 'standard stream'],
    ['data that nothing takes', ['x', '--limit', '3'], '--limit'],
  ])('with %s are told before anything is written', async (_, words, told) => {
    const folder = await folderWith('x/a.onnx', 'x/a_q8.onnx', 'y/a.onnx');
    const argv = words.map((word) => (/^[xy]|^out/.test(word) ? join(folder, word) : word));
    const { status, stdout, stderr } = await run('quantize', ...argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(told);
    expect(await contents(folder)).toEqual(['x', 'y']);
    expect(await contents(join(folder, 'x'))).toEqual(['a.onnx', 'a_q8.onnx']);
  });

  it('leave no folder where all fail', async () => {
    const folder = await folderWith('a.onnx=junk', 'b.onnx=junk');
    expect((await run('quantize', folder, '-o', join(folder, 'new', 'out'))).status).toBe(1);
    expect(await contents(folder)).toEqual(['a.onnx', 'b.onnx']);
  });

  it('that are cancelled write one document', async () => {
    const folder = await folderWith('a.onnx', 'b.onnx');
    const { main } = await import('../src/main.js');
    let stdout = '';
    const status = await main(['quantize', folder, '--json'], {
      stdout: { write: (part) => (stdout += String(part)) },
      stderr: { write: () => expect.unreachable() },
      signal: AbortSignal.abort(),
    });
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'aborted' } });
  });
});

describe('a folder', () => {
  it('holds the models in it and below, whose folders are kept under --output', async () => {
    const folder = await folderWith('a.onnx', 'sub/deep/a.onnx', 'sub/note.txt=text', 'empty.weights.h5=x');
    const out = join(folder, 'out');
    expect(await run('quantize', folder, '-o', out, '--quiet')).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await contents(out)).toEqual(['a_q8.onnx', 'sub']);
    expect(await contents(join(out, 'sub', 'deep'))).toEqual(['a_q8.onnx']);
    const forced = await run('quantize', folder, '-o', out, '--force', '--json');
    expect(forced.status).toBe(0);
    expect(documentOf(forced).models).toHaveLength(2);
  });

  it('with one model has a folder for --output too', async () => {
    const folder = await folderWith('a.onnx');
    expect((await run('quantize', folder, '-o', join(folder, 'out'))).status).toBe(0);
    expect(await contents(join(folder, 'out'))).toEqual(['a_q8.onnx']);
  });

  it('leaves out results, hidden folders, packages, and what links lead to outside', async () => {
    const names = [
      'a.onnx',
      'a_q8.onnx',
      'b_q4.onnx',
      '.git/c.onnx',
      'node_modules/d.onnx',
      'net/model.json={}',
    ];
    const folder = await folderWith(...names, 'sub/e.onnx');
    const outside = await folderWith('far.onnx', 'deep/f.onnx');
    await symlink(join(outside, 'far.onnx'), join(folder, 'far.onnx'));
    await symlink(join(outside, 'deep'), join(folder, 'deep'));
    await symlink('..', join(folder, 'sub', 'around'));
    await symlink('gone.onnx', join(folder, 'gone.onnx'));
    const found = await findModels([folder]);
    expect(found.map(({ path }) => path)).toEqual(
      ['a.onnx', 'b_q4.onnx', 'net', 'sub/e.onnx'].map((name) => join(folder, name)),
    );
    expect(found.map(({ below }) => below)).toEqual(['', '', '', 'sub']);
  });

  it('without a model is told', async () => {
    const folder = await folderWith('note.txt=text');
    const { status, stderr } = await run('quantize', folder);
    expect(status).toBe(1);
    expect(stderr).toContain('[file-missing]');
  });
});

describe('names as long as the file system takes', () => {
  const longest = (ending: string) => 'é'.repeat(100) + 'x'.repeat(55 - ending.length) + ending;

  it('are written, also where the result or its data would have a longer one', async () => {
    const folder = await folderWith(longest('.onnx'));
    const input = join(folder, longest('.onnx'));
    expect(await run('quantize', input, '--quiet')).toEqual({ status: 0, stdout: '', stderr: '' });
    const output = join(folder, longest('2.onnx'));
    const beside = await run('quantize', input, '-o', output, '--external', '--json', '--allow-larger');
    expect(beside.status, beside.stdout).toBe(0);
    const names = await contents(folder);
    expect(names.filter((name) => name.endsWith('_q8.onnx'))).toHaveLength(1);
    expect(names.every((name) => Buffer.byteLength(name) <= 255)).toBe(true);
  });

  it('beyond are told', async () => {
    const folder = await folderWith('a.onnx');
    const { status, stderr } = await run(
      'quantize',
      join(folder, 'a.onnx'),
      '-o',
      join(folder, `x${longest('.onnx')}`),
    );
    expect(status).toBe(1);
    expect(stderr).toContain('Choose a shorter name.');
    expect(await contents(folder)).toEqual(['a.onnx']);
  });
});

it('one model on standard input is not several', async () => {
  const { status } = await runOn(tinyModel(), 'quantize', '-', '--quiet');
  expect(status).toBe(0);
});
