import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { loadPlugins } from './load-plugins.js';

const policy = (name: string) => `{ kind: 'policy', api: 2, name: '${name}', assign: (draft) => draft }`;
const quantizer = (name: string) =>
  `{ kind: 'quantizer', api: 2, name: '${name}', roles: ['weight'], bits: { weight: [2] },
     fit: () => ({ kind: 'affine', levels: 4, scale: 1 }) }`;

const files: Readonly<Record<string, string>> = {
  'one.js': `export default ${policy('one')};`,
  'list.js': `export default [${policy('first')}, ${quantizer('second')}];`,
  'factory.mjs': `export default function make(options = {}) { return ${policy('made')}; }`,
  'factory-of-list.mjs': `export default async () => [${policy('late')}];`,
  'named.js': `export const a = ${policy('a')}; export const b = ${quantizer('b')}; export const c = 3;`,
  'both.js': `export const x = ${policy('both')}; export default x;`,
  'common.cjs': `module.exports = ${policy('common')};`,
  'none.js': `export const answer = 42; export default { answer };`,
  'empty.js': '',
  'next-api.js': `export default { kind: 'quantizer', api: 3, name: 'tomorrow' };`,
  'no-kind.js': `export default { kind: 'recipe', api: 2, name: 'x' };`,
  'no-fit.js': `export default { kind: 'quantizer', api: 2, name: 'x', roles: ['weight'], bits: {} };`,
  'throws.js': `throw new Error('no luck');`,
  'factory-throws.js': `export default () => { throw new Error('no clay'); };`,
  'wrong.js': 'export default {',
  'taken.js': `export default ${quantizer('min-max')};`,
  'other-kind.js': `export default ${policy('min-max')};`,
  'one-again.js': `export default ${policy('one')};`,
  'node_modules/lowbit-plugin-x/package.json': '{ "type": "module", "exports": "./x.js" }',
  'node_modules/lowbit-plugin-x/x.js': `export default ${policy('installed')};`,
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowbit-plugins-'));
  await mkdir(join(folder, 'node_modules/lowbit-plugin-x'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const own = (await loadPlugins()).list();

async function namesIn(...references: readonly string[]) {
  const all = (await loadPlugins(references, folder)).list();
  expect(all.slice(0, own.length)).toEqual(own);
  return all.slice(own.length).map(({ name }) => name);
}

test.each([
  ['./one.js', ['one']],
  ['one.js', ['one']],
  ['list.js', ['first', 'second']],
  ['factory.mjs', ['made']],
  ['factory-of-list.mjs', ['late']],
  ['named.js', ['a', 'b']],
  ['both.js', ['both']],
  ['common.cjs', ['common']],
  ['other-kind.js', ['min-max']],
  ['lowbit-plugin-x', ['installed']],
])('%s adds %j', async (reference, names) => {
  expect(await namesIn(reference)).toEqual(names);
});

test('several files add up, and one that is given twice counts once', async () => {
  expect(await namesIn('one.js', 'factory.mjs', './one.js', join(folder, 'factory.mjs'))).toEqual([
    'one',
    'made',
  ]);
});

test.each([
  ['./nowhere.js', 'file-missing', 'Check the path'],
  ['lowbit-plugin-y', 'file-missing', 'npm install lowbit-plugin-y'],
  ['.', 'file-unreadable', 'a folder'],
  ['none.js', 'invalid-argument', 'received answer, default'],
  ['empty.js', 'invalid-argument', 'received none'],
  ['next-api.js', 'plugin-api', "quantizer 'tomorrow': .*expected api 2; received api 3"],
  ['no-kind.js', 'invalid-argument', 'kind recipe'],
  ['no-fit.js', 'invalid-argument', 'a function fit'],
  ['throws.js', 'plugin-failed', 'no luck'],
  ['factory-throws.js', 'plugin-failed', 'no clay'],
  ['wrong.js', 'plugin-failed', 'TypeScript has to be compiled'],
  ['taken.js', 'duplicate-plugin', "the name of one of lowbit's own"],
])('%s is refused: %s', async (reference, code, message) => {
  const refused = loadPlugins([reference], folder);
  await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  await expect(refused).rejects.toThrow(`--plugin ${reference}`);
});

test('two files with one name are told apart', async () => {
  await expect(loadPlugins(['one.js', 'one-again.js'], folder)).rejects.toThrow(
    "--plugin one-again.js: policy 'one': two plugins have the same name [duplicate-plugin]; expected a name that no other " +
      'policy has; received a name that is in one.js too',
  );
});
