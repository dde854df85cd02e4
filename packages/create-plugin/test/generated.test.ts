import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

import { beforeAll, expect, test } from 'vitest';

import { create, root, run, temporaryFolder } from './support.js';

const project = temporaryFolder();
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

/** Packs what a generated package depends on and installs it above the packages, without the network. */
beforeAll(() => {
  const tarballs = join(project, 'tarballs');
  const workspaces = ['core', 'conformance'].map((name) => `--workspace=packages/${name}`);
  mkdirSync(tarballs);
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', tarballs, ...workspaces];
  const packed = run('npm', pack, root);
  expect(packed.status, packed.all).toBe(0);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  const install = [
    'install',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    ...files,
    typescript,
  ];
  const installed = run('npm', install, project);
  expect(installed.status, installed.all).toBe(0);
});

const packages = ['quantizer', 'policy', 'schedule', 'rounder'].flatMap((kind) => [
  { kind, language: 'js', options: [] },
  { kind, language: 'ts', options: ['--typescript'] },
]);

test.each(packages)(
  'a generated $kind in $language passes its tests',
  async ({ kind, language, options }) => {
    const name = `${language}-${kind}`;
    expect((await create(project, name, '--kind', kind, ...options)).status).toBe(0);
    const { status, all } = run('npm', ['test'], join(project, `lowbit-plugin-${name}`));
    expect(status, all).toBe(0);
    expect(Number(/(?:#|ℹ) pass (\d+)/.exec(all)?.[1]), all).toBeGreaterThan(7);
    expect(all).toMatch(/(?:#|ℹ) fail 0/);
  },
);
