import type { Command } from 'commander';
import { withConfig } from './config/with-config.js';
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
    await run(createProgram(io, argv, json), argv, io);
    return 0;
  } catch (error) {
    return reportFailure(error, io, json);
  }
}

async function run(program: Command, argv: readonly string[], io: Io): Promise<void> {
  const words = readWords(argv, program);
  const { asks, command = program } = words;
  if (asks === 'help') return command.outputHelp();
  const all = asks === 'version' ? ['--version'] : await withConfig(argv, words, io);
  await program.parseAsync([...all], { from: 'user' });
}
