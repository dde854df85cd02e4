import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command line, as `npx lowbit` runs it. */
export const binary = fileURLToPath(new URL('../../../packages/cli/bin/lowbit.js', import.meta.url));

/** Runs a command of lowbit to its end. @throws Error with what it said where it fails. */
export async function lowbit(words: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, [binary, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, told] = ['', ''];
  child.stdout.on('data', (part: Buffer) => void (said += part.toString()));
  child.stderr.on('data', (part: Buffer) => void (told += part.toString()));
  const status = await ended(child);
  if (status !== 0) throw new Error(`lowbit ${words.join(' ')} ended with ${status}: ${told}${said}`);
  return said;
}

/** Waits for the end of a process; its exit status. */
export const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', resolve));

/** Processor seconds of all children that have ended, threads counted; NaN where the system does not tell. */
export function secondsOfChildren(): number {
  try {
    // Fields 16 and 17 of proc(5): cutime and cstime, in ticks of 10 ms.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return NaN;
  }
}
