import type { Granularity } from '@lowbit/core';
import type { RuntimeTarget } from '@lowbit/onnx';
import { Option, type Command } from 'commander';

import { activationOptions, type ActivationOptions } from '../usage/activation-options.js';
import { methodParser } from '../usage/check-method.js';
import {
  choiceParser,
  collect,
  parseBits,
  parseFirstLast,
  parseGranularity,
  parseTargetOption,
} from '../usage/option-values.js';

/** The options of `lowbit quantize`, as parsed. */
export interface QuantizeOptions extends ActivationOptions {
  readonly output?: string;
  readonly weights: string;
  readonly bits: number;
  readonly granularity: Granularity;
  readonly firstLast?: number | 'float';
  readonly optimize: 'speed' | 'memory';
  readonly target?: RuntimeTarget;
  readonly external?: boolean;
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
const decidedByPlan = [
  ...['weights', 'bits', 'granularity', 'firstLast', 'include', 'exclude'],
  ...['activations', 'activationBits'],
];

/** Declares the options on the command. */
export function addQuantizeOptions(command: Command): Command {
  const options = [
    new Option(
      '-o, --output <file>',
      'the file to write (default: beside the model, model_q8.onnx for 8 bits)',
    ),
    new Option('--weights <method>', 'how levels are chosen; lowbit methods lists them')
      .default('min-max')
      .argParser(methodParser('--weights', 'weight')),
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
    new Option(
      '--target <runtime>',
      'the runtime that the file is for: ort-web@1.30/wasm, ort-web@1.30/webgpu, or another version from 1.20 on ' +
        '(default: any from 1.24 on, WebAssembly)',
    ).argParser(parseTargetOption),
    ...activationOptions().map((option) => option.helpGroup('Options for activations:')),
    new Option(
      '--external',
      'put large tensors into a file beside the result (default: where the model has them)',
    ),
    new Option('--no-external', 'put all tensors into the result itself'),
    new Option('--include <glob>', 'quantize only layers or weights with such a name (* and ?; repeatable)')
      .default([], 'everything')
      .argParser(collect),
    new Option('--exclude <glob>', 'leave layers or weights with such a name as they are (repeatable)')
      .default([], 'nothing')
      .argParser(collect),
    new Option(
      '--plan <file>',
      'apply this plan, from an earlier --json, in place of methods, bits, granularity, include and exclude',
    ).conflicts(decidedByPlan),
    new Option('--report <file>', 'also write a report with charts, one HTML file'),
    new Option('--json', 'print the result as one JSON document'),
    new Option('--quiet', 'print nothing but errors'),
    new Option('--force', 'replace files that exist'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}
