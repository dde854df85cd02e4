import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { create, root, run, temporaryFolder, textsOf } from './support.js';

test('no token of the templates is left', async () => {
  const folder = temporaryFolder();
  for (const kind of ['quantizer', 'policy', 'schedule', 'rounder']) {
    await create(folder, `a-${kind}`, '--kind', kind);
    await create(folder, `b-${kind}`, '--kind', kind, '--typescript');
  }
  for (const [path, text] of Object.entries(textsOf(folder)))
    expect(text, path).not.toMatch(/plugin-name|pluginFactory|PluginFactory/);
});

test('an empty folder is used, a full one is not touched', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'lowbit-plugin-empty'));
  expect((await create(folder, 'empty')).status).toBe(0);
  const full = join(folder, 'lowbit-plugin-full');
  mkdirSync(full);
  writeFileSync(join(full, 'mine.txt'), '');
  const { status, stdout, stderr } = await create(folder, 'full');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('[file-exists]');
  expect(stderr).toContain('mine.txt');
  expect(readdirSync(full)).toEqual(['mine.txt']);
});

test('a file in place of the folder is not touched', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lowbit-plugin-file'), '');
  const { status, stderr } = await create(folder, 'file');
  expect(status).toBe(1);
  expect(stderr).toContain('[file-unwritable]');
});

test.each([
  [[], 'NAME'],
  [['one', 'two'], 'one name'],
  [['Upper'], 'lower-case'],
  [['../elsewhere'], 'lower-case'],
  [['name', '--kind', 'method'], 'quantizer, policy, schedule, rounder'],
  [['name', '--kind', 'polcy'], 'Did you mean policy?'],
  [['name', '--typscript'], 'Did you mean --typescript?'],
  [['name', '--nonsense'], '-- --help'],
  [['name', '--kin'], '--kin'],
])('%j ends with 2 and says why', async (args, expected) => {
  const folder = temporaryFolder();
  const { status, stdout, stderr } = await create(folder, ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(expected);
  expect(readdirSync(folder)).toEqual([]);
});

test('the command itself prints help and its version', () => {
  const folder = temporaryFolder();
  const binary = join(root, 'packages/create-plugin/bin/create-lowbit-plugin.js');
  const help = run(process.execPath, [binary, '--help'], folder);
  expect(help.status, help.all).toBe(0);
  for (const text of ['--kind', '--typescript', 'Examples:', 'Exit status:'])
    expect(help.all).toContain(text);
  expect(run(process.execPath, [binary, '--version'], folder).all).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  expect(run(process.execPath, [binary], folder).status).toBe(2);
});
