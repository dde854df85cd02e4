import { Option } from 'commander';

import { collect } from './option-values.js';

/** `--plugin`, for commands that look methods up by name. */
export function pluginOption(): Option {
  return new Option(
    '--plugin <file>',
    'a file, or an installed package, with methods, policies or schedules of your own (repeatable)',
  )
    .default([], 'none')
    .argParser(collect);
}
