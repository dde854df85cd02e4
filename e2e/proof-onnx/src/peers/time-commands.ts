/**
 * Starts commands in turns and prints the seconds that each took, as JSON. A process of its own, as starting another from one
 * that holds models and runtimes takes longer the more these hold.
 */
import { spawnSync } from 'node:child_process';

/** What it is given, as JSON. */
export interface TimedCommands {
  readonly commands: Readonly<Record<string, readonly string[]>>;
  readonly rounds: number;
}

const { commands, rounds } = JSON.parse(process.argv[2] ?? '') as TimedCommands;
const times = Object.fromEntries(Object.keys(commands).map((name): [string, number[]] => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, [program = '', ...given]] of Object.entries(commands)) {
    const start = performance.now();
    const { status, stderr } = spawnSync(program, given, { encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (status !== 0) throw new Error(`${name} failed: ${stderr.slice(-2000)}`);
    times[name]?.push((performance.now() - start) / 1000);
  }
}
console.log(JSON.stringify(times));
