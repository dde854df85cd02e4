import type { Command } from 'commander';
import { reportFailure } from './failure.js';
import type { Io } from './io.js';
import { wantsJson } from './output/json.js';
import { createProgram } from './program.js';
import { readWords } from './usage/read-words.js';

/**
 * Runs one command line and resolves to its exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled.
 * Never rejects. `argv` is without the names of node and the script.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const json = wantsJson(argv);
  try {
    await run(createProgram(io, argv, json), argv);
    return 0;
  } catch (error) {
    return reportFailure(error, io, json);
  }
}

async function run(program: Command, argv: readonly string[]): Promise<void> {
  const { asks, command = program } = readWords(argv, program);
  if (asks === 'help') command.outputHelp();
  else await program.parseAsync(asks === 'version' ? ['--version'] : [...argv], { from: 'user' });
}
