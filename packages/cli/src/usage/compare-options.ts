import { type Command, Option } from 'commander';
import {
  calibrateOption,
  type CalibrationOptions,
  imageOptionNames,
  imageOptions,
  sampleOptions,
} from './calibration-options.js';
import { topologyOption } from './keras-options.js';
import { optionName } from './option-name.js';
import { collectAll, parseCount, quoted } from './option-values.js';
import { pluginOption } from './plugin-option.js';
import { usageError } from './usage-error.js';

/** The options of `lowbit compare`, as parsed. */
export interface CompareOptions extends CalibrationOptions {
  readonly input?: readonly string[];
  readonly seed: number;
  /** Sizes of open axes, by name or INPUT:AXIS. */
  readonly dim?: ReadonlyMap<string, number>;
  readonly topology?: string;
  readonly rounds: number;
  readonly plugin: readonly string[];
  readonly json?: true;
  readonly quiet?: true;
}

/** Declares the options on the command. */
export function addCompareOptions(command: Command): Command {
  const data = ['input', 'calibrate'];
  const options = [
    new Option(
      '--input <path...>',
      'values of the inputs: .npy, .npz or .jsonl; NAME=PATH for one of several inputs',
    ).argParser(collectAll),
    calibrateOption(),
    ...imageOptions(),
    ...sampleOptions(),
    new Option('--seed <number>', 'seed of the random inputs, which are used when no data is given')
      .default(0)
      .argParser(parseCount('--seed', 0))
      .conflicts(data),
    new Option('--dim <name=size>', 'size of an open axis of random inputs, or INPUT:AXIS=SIZE (repeatable)')
      .argParser(collectSize)
      .conflicts(data),
    new Option('--rounds <number>', 'rounds in which both are timed; 0 takes no times')
      .default(20)
      .argParser(parseCount('--rounds', 0)),
    topologyOption(),
    pluginOption(),
    new Option('--json', 'print the result as one JSON document'),
    new Option('--quiet', 'print nothing but errors'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/**
 * The paths of data, those of `--input` first.
 *
 * @throws UsageError when there are none, but options that only data can need.
 */
export function dataPaths(options: CompareOptions): readonly string[] {
  const paths = [...(options.input ?? []), ...(options.calibrate ?? [])];
  if (paths.length > 0) return paths;
  const lonely = (['labels', ...imageOptionNames] as const).find((name) => options[name] !== undefined);
  if (lonely === undefined) return paths;
  throw usageError({
    where: optionName(lonely),
    expected: 'data beside it',
    received: 'none',
    remedy: 'Give data with --input or --calibrate.',
  });
}

function collectSize(
  value: string,
  previous: ReadonlyMap<string, number> | undefined,
): ReadonlyMap<string, number> {
  const [, name, size] = /^(.+)=([1-9]\d{0,8})$/.exec(value) ?? [];
  if (name !== undefined) return new Map([...(previous ?? []), [name, Number(size)]]);
  throw usageError({
    where: '--dim',
    expected: 'a name and a size above 0, for instance batch=1',
    received: quoted(value),
  });
}
