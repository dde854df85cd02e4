import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Commands to start in turns, each a program with its arguments. */
export interface Timed<Name extends string> {
  readonly commands: Readonly<Record<Name, readonly string[]>>;
  readonly rounds: number;
}

/** What one start took, in seconds: by the clock, and of processors in all its threads. */
export interface Time {
  readonly seconds: number;
  readonly cpu: number;
}

const script = fileURLToPath(new URL('../../python/time-commands.py', import.meta.url));

/** What each start of each command took. Python tells the time of processors of a child alone; Node does not. */
export function timeCommands<Name extends string>(
  python: string,
  timed: Timed<Name>,
  env: NodeJS.ProcessEnv,
): Record<Name, Time[]> {
  const given = [script, JSON.stringify(timed)];
  const { status, stdout, stderr } = spawnSync(python, given, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<Name, Time[]>;
}
