import { Command, Option } from 'commander';

import { defaultChoices } from './budget-options.js';
import { addQuantizeOptions, type GivenOptions } from './quantize-options.js';
import { parseWidths } from './sweep-options.js';
import { workOptions, type WorkOptions } from './work-options.js';
import { sharedNames } from './shared-names.js';

/** Options that `lowbit measure` shares with `lowbit quantize`. */
const shared = [
  ...sharedNames.data,
  ...(['weights', 'granularity', 'parameters', 'metric'] as const),
  ...sharedNames.parts,
  ...sharedNames.form,
] as const satisfies readonly (keyof GivenOptions)[];

/** The options of `lowbit measure`, as parsed. */
export interface MeasureOptions extends Pick<GivenOptions, (typeof shared)[number]>, WorkOptions {
  readonly choices: readonly number[];
  readonly output?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly force?: true;
}

/** Declares the options on the command. */
export function addMeasureOptions(command: Command): Command {
  const quantize = addQuantizeOptions(new Command());
  const names: ReadonlySet<string> = new Set(shared);
  const options = [
    new Option('--choices <bits>', 'widths that are measured')
      .default(defaultChoices, defaultChoices.join())
      .argParser(parseWidths),
    ...quantize.options.filter((option) => names.has(option.attributeName())),
    ...workOptions(),
    new Option('-o, --output <file>', 'the file to write (default: it is printed)'),
    new Option('--json', 'print the result as one JSON document'),
    new Option('--quiet', 'print nothing but errors'),
    new Option('--force', 'replace files that exist'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}
