import type { Command, CommanderError } from 'commander';

import { titleOf } from './read-words.js';
import { usageError } from './usage-error.js';

/** Makes the parser of a command throw errors of our form. What only ends the process after help stays as it is. */
export function throwOurErrors(command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : fromCommander(error, command);
  });
}

function fromCommander({ code, message }: CommanderError, command: Command): Error {
  return usageError({
    where: 'command line',
    received: code === 'commander.help' ? 'no command' : message.replace(/^error: /, ''),
    remedy: `Run ${titleOf(command)} --help for what is possible.`,
  });
}
