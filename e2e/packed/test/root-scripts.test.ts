import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface PackageJson {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'lowbit-scripts-'));
const { scripts } = readPackage(root);
/** The scripts of the repository that hand their arguments on. */
const measuring = Object.keys(scripts).filter((name) => scripts[name]?.endsWith(' --'));

/** In place of the programs that measure for minutes: prints what it was asked for. */
const program = 'console.log(JSON.stringify(process.argv.slice(2)));\n';
/** In place of the build, as talkative as a real one. */
const builder = '#!/usr/bin/env node\nconsole.log("builds", process.argv.slice(2).join(" "));\n';

function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

function write(file: string, content: unknown): void {
  const path = join(project, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

function run(...args: readonly string[]) {
  const shell = process.platform === 'win32';
  return spawnSync('npm', args, { cwd: project, encoding: 'utf8', shell });
}

/** A repository with our scripts and our setup, in which installing takes seconds. */
beforeAll(() => {
  write('package.json', { name: 'scripts', private: true, workspaces: ['tools/*', 'e2e/*'], scripts });
  write('tools/nx/package.json', { name: 'nx', version: '1.0.0', bin: 'nx.cjs' });
  write('tools/nx/nx.cjs', builder);
  for (const name of readdirSync(join(root, 'e2e')).filter((folder) => folder !== 'fixtures')) {
    const { name: title, scripts: own } = readPackage(join(root, 'e2e', name));
    write(`e2e/${name}/package.json`, { name: title, version: '1.0.0', type: 'module', scripts: own });
    const programs = Object.values(own).flatMap((script) => /^node (\S+)/.exec(script)?.[1] ?? []);
    for (const file of programs) write(`e2e/${name}/${file}`, program);
  }
  cpSync(join(root, '.ci'), join(project, '.ci'), { recursive: true });
  const locked = run('install', '--package-lock-only', '--offline', '--ignore-scripts');
  expect(locked.status, locked.stderr).toBe(0);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('there are scripts that measure', () => expect(measuring).toContain('start'));

test.each(measuring)(
  'npm run --silent %s -- --json prints one document, while it installs and builds',
  (name) => {
    rmSync(join(project, 'node_modules'), { recursive: true, force: true });
    for (const isFirst of [true, false]) {
      const { status, stdout, stderr } = run('run', '--silent', name, '--', '--json');
      expect(status, stderr).toBe(0);
      expect(JSON.parse(stdout)).toContain('--json');
      expect(stderr.includes('Installing')).toBe(isFirst);
      expect(stderr).toContain('builds run-many');
    }
  },
);

test.each(['setup', 'build'])('npm run --silent %s prints nothing on standard output', (name) => {
  rmSync(join(project, 'node_modules'), { recursive: true, force: true });
  expect(run('run', '--silent', 'setup').stdout).toBe('');
  const { status, stdout, stderr } = run('run', '--silent', name);
  expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: '' });
});
