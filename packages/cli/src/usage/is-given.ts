import type { Command } from 'commander';

/** Whether an option of a command is said, on its line or in a configuration. */
export const isGiven = (command: Command, name: string): boolean =>
  !['default', undefined].includes(command.getOptionValueSource(name));
