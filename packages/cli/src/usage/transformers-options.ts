import { dtypes } from '@lowbit/transformers';
import { type Command, Option } from 'commander';

import { imageOptionNames } from './calibration-options.js';
import { isGiven } from './is-given.js';
import { optionName } from './option-name.js';
import { choiceParser } from './option-values.js';
import { usageError } from './usage-error.js';

/** The options of folders of models that transformers.js reads, as parsed. */
export interface TransformersOptions {
  readonly for?: 'transformers.js';
  readonly dtype?: readonly string[];
}

/** Declares them. */
export function transformersOptions(): readonly Option[] {
  return [
    new Option(
      '--for <library>',
      'transformers.js: the model is a folder, and so is the result, with each graph in every dtype of --dtype under the names that it reads',
    ).argParser(choiceParser('--for', ['transformers.js'])),
    new Option(
      '--dtype <list>',
      `for --for: what is written, of ${dtypes.join(', ')}; with commas between`,
    ).argParser((list) => list.split(',').map((name) => name.trim())),
  ];
}

/** What has a meaning beside `--for`; a dtype decides the rest. */
const beside = new Set([
  ...['for', 'dtype', 'output', 'force', 'json', 'quiet', 'include', 'exclude', 'includeOp', 'excludeOp'],
  ...['rounding', 'correctBiases', 'bits', 'firstLast', 'granularity', 'plugin', 'keepFloat32'],
  ...['averageBits', 'minSqnr', 'maxLoss', 'metric', 'choices', 'decreasing'],
  ...['calibrate', 'labels', 'limit', 'runtime', 'capture', 'config', ...imageOptionNames],
]);

/** @throws UsageError for one of both without the other, and for options that a dtype decides. */
export function checkTransformers(options: TransformersOptions, command: Command): void {
  if (options.for === undefined && options.dtype === undefined) return;
  if (options.for === undefined || options.dtype === undefined)
    throw usageError({
      where: options.for === undefined ? '--dtype' : '--for',
      expected: '--for transformers.js and --dtype together',
      received: 'one without the other',
      remedy: 'Such as --for transformers.js --dtype q4,q8.',
    });
  const { bits } = command.opts<{ readonly bits?: unknown }>();
  const isDecided = (name: string) =>
    !beside.has(name) || (name === 'bits' && (typeof bits === 'number' || bits === 'float'));
  const other = Object.keys(options).find((name) => isGiven(command, name) && isDecided(name));
  if (other !== undefined)
    throw usageError({
      where: optionName(other),
      expected: `no such option beside --for, since --dtype decides it${other === 'bits' ? ', but for a policy' : ''}`,
      received: 'both',
      remedy: `Leave ${optionName(other)} out.`,
    });
}
