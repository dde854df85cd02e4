import type { CommanderError } from 'commander';

import { usageError, type UsageError } from './usage-error.js';

const didYouMean = /\n?\((Did you mean .+\?)\)$/;

/** Puts an error of the argument parser into our form. */
export function fromCommander(error: CommanderError): UsageError {
  const message = error.message.replace(/^error: /, '');
  const near = didYouMean.exec(message)?.[1];
  return usageError({
    where: 'command line',
    received: error.code === 'commander.help' ? 'no command' : message.replace(didYouMean, ''),
    remedy: near ?? 'Run lowbit --help, or lowbit <command> --help, for what is possible.',
  });
}
