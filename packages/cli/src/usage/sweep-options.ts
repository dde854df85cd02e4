import type { Granularity } from '@lowbit/core';
import { Command, Option } from 'commander';

import { bitsExpected, parseGranularity, quoted } from './option-values.js';
import { addQuantizeOptions, defaultMethod, type GivenOptions } from './quantize-options.js';
import { usageError } from './usage-error.js';
import { workOptions, type WorkOptions } from './work-options.js';
import { sharedNames } from './shared-names.js';

/** Options that `lowbit sweep` shares with `lowbit quantize`: what is run on, what is left out, and in which form results are. */
const shared = [
  ...sharedNames.data,
  ...(['parameters', 'rounding', 'firstLast'] as const),
  ...sharedNames.parts,
  ...sharedNames.form,
] as const satisfies readonly (keyof GivenOptions)[];

/** The options of `lowbit sweep`, as parsed. */
export interface SweepOptions extends Pick<GivenOptions, (typeof shared)[number]>, WorkOptions {
  readonly weights: readonly string[];
  readonly bits: readonly number[];
  readonly granularity: readonly Granularity[];
  readonly output?: string;
  readonly report?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly force?: true;
}

/** Declares the options on the command. */
export function addSweepOptions(command: Command): Command {
  const quantize = addQuantizeOptions(new Command());
  const tried = [
    new Option('--weights <method...>', 'methods that are tried; lowbit methods lists them').default(
      [defaultMethod],
      defaultMethod,
    ),
    new Option('--bits <list>', 'widths that are tried')
      .default([2, 3, 4, 6, 8], '2,3,4,6,8')
      .argParser(parseWidths),
    new Option('--granularity <list>', 'what shares a scale: channel, tensor, group:32')
      .default(['channel'], 'channel')
      .argParser((value) => value.split(',').map((part) => parseGranularity(part.trim()))),
  ];
  const names: ReadonlySet<string> = new Set(shared);
  const others = quantize.options.filter((option) => names.has(option.attributeName()));
  const told = [
    new Option('-o, --output <file>', 'also write the result as JSON, which lowbit merge puts together'),
    new Option('--report <file>', 'also write a report with charts, one HTML file'),
    new Option('--json', 'print the result as one JSON document'),
    new Option('--quiet', 'print nothing but errors'),
    new Option('--force', 'replace files that exist'),
  ];
  for (const option of [...tried, ...others, ...workOptions(), ...told]) command.addOption(option);
  return command;
}

/** Parses `2,3,4`. */
export function parseWidths(value: string): readonly number[] {
  const widths = value.split(',').map((part) => (/^\s*\d{1,2}\s*$/.test(part) ? Number(part) : 0));
  if (widths.every((bits) => bits >= 1 && bits <= 16)) return widths;
  throw usageError({
    where: '--bits',
    expected: `widths with commas between, each ${bitsExpected}`,
    received: quoted(value),
  });
}
