import { Option } from 'commander';

import { parseSize, quoted } from './option-values.js';
import { usageError } from './usage-error.js';
import { workOptions, type WorkOptions } from './work-options.js';

/** What the result may take and lose, and how that is measured, as parsed. */
export interface BudgetOptions extends Pick<WorkOptions, (typeof workNames)[number]> {
  /** Bytes. */
  readonly targetSize?: number;
  readonly averageBits?: number;
  readonly maxLoss?: number;
  readonly minSqnr?: number;
  /** A module. */
  readonly metric?: string;
  readonly choices?: readonly number[];
  readonly decreasing?: true;
  /** What was measured before. */
  readonly measurements?: string;
}

/** Each is a limit by itself. */
export const limitNames = ['targetSize', 'averageBits', 'maxLoss', 'minSqnr'] as const;
/** How the work of measuring is done. */
export const workNames = ['jobs', 'results', 'queue'] as const;
/** All of them. */
export const budgetNames = [
  ...limitNames,
  ...(['metric', 'choices', 'decreasing', 'measurements'] as const),
  ...workNames,
] as const;
/** Widths that are chosen from where nobody says which. */
export const defaultChoices: readonly number[] = [2, 3, 4, 5, 6, 8];

/** What results are named after whose bits are chosen so. */
export const budgetName = 'budget';

/** Whether bits are chosen by what can be afforded. */
export const hasBudget = (options: BudgetOptions): boolean =>
  limitNames.some((name) => options[name] !== undefined);

/** Declares them. Bits are then chosen by them alone. */
export function budgetOptions(): readonly Option[] {
  const options = [
    new Option(
      '--target-size <size>',
      'bytes that the result takes at most, or 800kB, 1.5MB, 1GB: the best bits for each weight, by what they do to outputs on --calibrate data',
    ).argParser(parseSize),
    new Option(
      '--average-bits <number>',
      'stored bits of a value at most, on average: codes and parameters, such as scales',
    ).argParser(numberParser('--average-bits', 'a number above 0', (value) => value > 0)),
    new Option(
      '--max-loss <points>',
      'points of accuracy that may be lost on --calibrate data with --labels, or of --metric',
    ).argParser(numberParser('--max-loss', 'a number from 0', (value) => value >= 0)),
    new Option(
      '--min-sqnr <decibels>',
      'decibels of signal to noise that each output keeps on --calibrate data',
    ).argParser(numberParser('--min-sqnr', 'a number above 0', (value) => value > 0)),
    new Option(
      '--metric <file>',
      'a JavaScript module whose default export gives a number for (outputs, batch), larger is better: what --max-loss is told in, ' +
        'otherwise what bits are chosen by',
    ),
    new Option('--choices <bits>', 'widths that are chosen from (default: 2,3,4,5,6,8)').argParser(
      parseChoices,
    ),
    new Option('--decreasing', 'bits never rise with depth'),
    new Option(
      '--measurements <file>',
      'what lowbit measure wrote of this model, on these data: it is not measured again',
    ),
  ];
  const names: ReadonlySet<string> = new Set(workNames);
  const work = workOptions().filter((option) => names.has(option.attributeName()));
  return [...options, ...work].map((option) => option.conflicts('bits'));
}

function numberParser(
  where: string,
  expected: string,
  fits: (value: number) => boolean,
): (value: string) => number {
  return (value) => {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
    if (fits(number)) return number;
    throw usageError({ where, expected, received: quoted(value) });
  };
}

function parseChoices(value: string): readonly number[] {
  const widths = value.split(',').map((part) => (/^\s*\d{1,2}\s*$/.test(part) ? Number(part) : NaN));
  if (widths.every((bits) => bits >= 1 && bits <= 16)) return widths;
  throw usageError({
    where: '--choices',
    expected: 'whole numbers from 1 to 16, with commas between',
    received: quoted(value),
  });
}
