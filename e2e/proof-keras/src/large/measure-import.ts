import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const teller = new URL('tell-peak.js', import.meta.url).href;
const command = fileURLToPath(new URL('../../../../packages/cli/bin/lowbit.js', import.meta.url));

/** What one run of the command took. */
export interface Run {
  readonly seconds: number;
  /** The most memory that the process had at once. */
  readonly peakBytes: number;
}

/** Runs `lowbit` with arguments in a process of its own. */
export function runCommand(args: readonly string[]): Run {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', teller, command, ...args], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  const peak = /^peak (\d+)$/m.exec(stderr)?.[1];
  if (status !== 0 || peak === undefined) throw new Error(stderr);
  return { seconds, peakBytes: Number(peak) };
}
