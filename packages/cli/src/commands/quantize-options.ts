import type { Granularity } from '@lowbit/core';
import { Option, type Command } from 'commander';

import { checkMethod } from '../usage/check-method.js';
import {
  choiceParser,
  collect,
  parseBits,
  parseFirstLast,
  parseGranularity,
} from '../usage/option-values.js';

/** The options of `lowbit quantize`, as parsed. */
export interface QuantizeOptions {
  readonly output?: string;
  readonly weights: string;
  readonly bits: number;
  readonly granularity: Granularity;
  readonly firstLast?: number | 'float';
  readonly optimize: 'speed' | 'memory';
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly plan?: string;
  readonly report?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly force?: true;
}

const optimizeChoices = ['speed', 'memory'] as const;

/** What a plan decides already, so that these cannot be given beside it. */
const decidedByPlan = ['weights', 'bits', 'granularity', 'firstLast', 'include', 'exclude'];

/** Declares the options on the command. */
export function addQuantizeOptions(command: Command): Command {
  const options = [
    new Option(
      '-o, --output <file>',
      'the file to write (default: beside the model, model_q8.onnx for 8 bits)',
    ),
    new Option('--weights <method>', 'how levels are chosen; lowbit methods lists them')
      .default('min-max')
      .argParser(checkMethod),
    new Option('--bits <number>', 'bits of each weight').default(8).argParser(parseBits),
    new Option('--granularity <scope>', 'what shares a scale: channel, tensor or group:32')
      .default('channel')
      .argParser(parseGranularity),
    new Option(
      '--first-last <bits>',
      'bits of the first and the last layer, for instance 8, or float',
    ).argParser(parseFirstLast),
    new Option('--optimize <goal>', 'speed: unpacked when the model is loaded; memory: stays packed')
      .default('speed')
      .argParser(choiceParser('--optimize', optimizeChoices)),
    new Option('--include <glob>', 'quantize only layers or weights with such a name (* and ?; repeatable)')
      .default([], 'everything')
      .argParser(collect),
    new Option('--exclude <glob>', 'leave layers or weights with such a name as they are (repeatable)')
      .default([], 'nothing')
      .argParser(collect),
    new Option(
      '--plan <file>',
      'apply this plan, from an earlier --json, instead of the options above',
    ).conflicts(decidedByPlan),
    new Option('--report <file>', 'also write a report with charts, one HTML file'),
    new Option('--json', 'print the result as one JSON document'),
    new Option('--quiet', 'print nothing but errors'),
    new Option('--force', 'replace files that exist'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}
