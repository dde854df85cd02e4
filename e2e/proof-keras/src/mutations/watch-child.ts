import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Message } from './child.js';

/** What came of the damaged files of one seed. */
export interface SeedResult {
  /** How often each outcome came, by the kind of damage. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly untyped: readonly string[];
  readonly hangs: readonly string[];
  readonly peakBytes: number;
}

const child = fileURLToPath(new URL('child.js', import.meta.url));

/** A file has several tensors, each with a limit of its own; this is far beyond what all of them take together. */
const longest = 300_000;

/** Reads damaged files in a process of its own, which is ended when one of them holds it up. */
export async function watchChild(
  seed: number,
  files: number,
  tell: (line: string) => void,
): Promise<SeedResult> {
  const counts = new Map<string, Map<string, number>>();
  const [untyped, hangs]: [string[], string[]] = [[], []];
  let [begun, peakBytes] = ['', 0];
  const count = (kind: string, what: string) => {
    const own = counts.get(kind) ?? new Map<string, number>();
    counts.set(kind, own.set(what, (own.get(what) ?? 0) + 1));
  };
  const { isEnded } = await follow([seed, 0, files], (message) => {
    if ('begun' in message) return tell((begun = message.begun));
    const { outcome, kind } = message;
    peakBytes = Math.max(peakBytes, message.peakBytes);
    count(kind, 'untyped' in outcome ? 'untyped' : outcome.code);
    if ('untyped' in outcome) untyped.push(`${begun}: ${outcome.untyped}`);
  });
  if (!isEnded) hangs.push(begun);
  return { counts, untyped, hangs, peakBytes };
}

/** Hears what a child says until it ends; one that says nothing for too long, or dies, has not ended by itself. */
function follow(
  args: readonly number[],
  hear: (message: Message) => void,
): Promise<{ readonly isEnded: boolean }> {
  const running = spawn(process.execPath, [child, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => void running.kill('SIGKILL');
  let timer = setTimeout(stop, longest);
  createInterface(running.stdout).on('line', (line) => {
    clearTimeout(timer);
    timer = setTimeout(stop, longest);
    hear(JSON.parse(line) as Message);
  });
  return new Promise((resolve) =>
    running.on('close', (code) => {
      clearTimeout(timer);
      resolve({ isEnded: code === 0 });
    }),
  );
}
