import type { Measurements, Metric } from '@lowbit/core/policy';
import type { Granularity, ParameterStorage, Registry } from '@lowbit/core';
import type { RuntimeTarget } from '@lowbit/onnx';
import { type Command, Option } from 'commander';
import { budgetNames, budgetOptions, type BudgetOptions } from './budget-options.js';
import { activationOptions, type ActivationOptions } from './activation-options.js';
import {
  choiceParser,
  collect,
  parseBits,
  parseFirstLast,
  parseGranularity,
  parseParameters,
  parseTargetOption,
} from './option-values.js';
import { kerasOptions, type KerasOptions } from './keras-options.js';
import { pluginOption } from './plugin-option.js';
import { tfjsOptions, type TfjsOptions } from './tfjs-options.js';
import { isGiven } from './is-given.js';
import { usageError } from './usage-error.js';
import { transformersOptions, type TransformersOptions } from './transformers-options.js';

/** The options of `lowbit quantize`, as parsed. */
export interface GivenOptions
  extends ActivationOptions, BudgetOptions, TfjsOptions, KerasOptions, TransformersOptions {
  readonly output?: string;
  readonly weights: string;
  /** A width, or a policy by name. */
  readonly bits: number | string;
  /** Default: what the form of the file wants, else `channel`. */
  readonly granularity?: Granularity;
  readonly parameters?: ParameterStorage;
  /** A rounder by name, or `nearest`. */
  readonly rounding?: string;
  readonly correctBiases?: boolean;
  readonly firstLast?: number | 'float';
  readonly optimize?: 'speed' | 'memory';
  readonly target?: RuntimeTarget;
  readonly external?: boolean;
  readonly freezeInputs?: true;
  /** `true`, or names and operators of nodes that stay float32. */
  readonly float16?: true;
  readonly keepFloat32: readonly string[];
  readonly float16Interface?: true;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly includeOp: readonly string[];
  readonly excludeOp: readonly string[];
  readonly plugin: readonly string[];
  readonly plan?: string;
  readonly measure: boolean;
  readonly report?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly force?: true;
  readonly allowLarger?: true;
}

/** The options of `lowbit quantize`, with what the names in them stand for. */
export interface QuantizeOptions extends GivenOptions {
  readonly methods: Registry;
  /** That of `--metric`. */
  readonly taskMetric?: Metric;
  /** The model that is quantized, for what was or is measured of it. */
  readonly source?: MeasuredSource;
}

/** A model that measurements are of. */
export interface MeasuredSource {
  /** What it is told from others by. */
  identify(): Promise<NonNullable<Measurements['model']>>;
  /** Has it measured as jobs; absent where that was not asked for. */
  readonly measure?: () => Promise<Measurements>;
}

const optimizeChoices = ['speed', 'memory'] as const;

/** The method of weights where none is named. */
export const defaultMethod = 'min-max';

/** What a plan decides already, so that these cannot be given beside it. */
export const decidedByPlan = [
  ...[
    'weights',
    'bits',
    'granularity',
    'rounding',
    'correctBiases',
    'parameters',
    'firstLast',
    'include',
    'exclude',
    'includeOp',
    'excludeOp',
  ],
  ...['activations', 'activationBits'],
  ...budgetNames,
];

/** Declares the options on the command. */
export function addQuantizeOptions(command: Command): Command {
  const options = [
    new Option(
      '-o, --output <file>',
      'the file to write, for TensorFlow.js and Keras the folder (default: beside the model, model_q8.onnx or model_q8/ for 8 bits)',
    ),
    ...decidingOptions(),
    new Option(
      '--plan <file>',
      'apply this plan, from an earlier --json or lowbit plan, in place of methods, bits, granularity, rounding, biases, parameters, and what is included and excluded',
    ).conflicts(decidedByPlan),
    ...transformersOptions().map((option) => option.helpGroup('Options for transformers.js:')),
    ...resultOptions(),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** Declares those that decide what a plan says, and how the result of it is written. */
export function addPlanOptions(command: Command): Command {
  const options = [
    new Option('-o, --output <file>', 'the file to write (default: MODEL.plan.json)'),
    ...decidingOptions().filter((option) => option.attributeName() !== 'saveCalibration'),
    ...toldOptions(),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** What is quantized how, into which form. */
function decidingOptions(): readonly Option[] {
  return [
    ...weightOptions(),
    ...budgetOptions().map((option) => option.helpGroup('Options for a budget:')),
    ...onnxOptions().map((option) => option.helpGroup('Options for ONNX:')),
    ...activationOptions().map((option) => option.helpGroup('Options for activations:')),
    ...tfjsOptions().map((option) => option.helpGroup('Options for TensorFlow.js:')),
    ...kerasOptions().map((option) => option.helpGroup('Options for Keras:')),
    new Option('--include <glob>', 'quantize only layers or weights with such a name (* and ?; repeatable)')
      .default([], 'everything')
      .argParser(collect),
    new Option('--exclude <glob>', 'leave layers or weights with such a name as they are (repeatable)')
      .default([], 'nothing')
      .argParser(collect),
    new Option(
      '--include-op <glob>',
      'quantize only weights of such operators, for instance MatMul (repeatable)',
    )
      .default([], 'everything')
      .argParser(collect),
    new Option('--exclude-op <glob>', 'leave weights of such operators as they are (repeatable)')
      .default([], 'nothing')
      .argParser(collect),
    pluginOption(),
    new Option(
      '--config <file>',
      'options by their names, JSON or a JavaScript module (default: lowbit.config.json of the working folder, where there is one)',
    ),
    new Option('--no-config', 'leave lowbit.config.json out'),
  ];
}

/** What only models of ONNX have a use for. */
function onnxOptions(): readonly Option[] {
  return [
    new Option(
      '--optimize <goal>',
      'speed: unpacked when the model is loaded; memory: stays packed (default: speed)',
    ).argParser(choiceParser('--optimize', optimizeChoices)),
    new Option(
      '--target <runtime>',
      'the runtime that the file is for: ort-web@1.30/wasm, ort-web@1.30/webgpu, or another version from 1.20 on ' +
        '(default: any from 1.24 on, WebAssembly)',
    ).argParser(parseTargetOption),
    new Option(
      '--external',
      'put large tensors into a file beside the result (default: only those of models that are not below 1.5 GB)',
    ),
    new Option('--no-external', 'put all tensors into the result itself'),
    new Option(
      '--freeze-inputs',
      'make constants of inputs that have a value in the file, so that weights among them are quantized',
    ),
    new Option(
      '--float16',
      'compute in float16 where the range allows, by the data of --calibrate or else by the operators: half the size; weights are ' +
        'quantized beside it where an option says how, else not',
    ),
    new Option('--float16-interface', '--float16, and inputs and outputs too').implies({ float16: true }),
    new Option(
      '--keep-float32 <glob>',
      'leave nodes with such a name or operator float32, beside --float16 (repeatable)',
    )
      .default([], 'none')
      .argParser(collect),
  ];
}

/** How each weight is quantized. */
function weightOptions(): readonly Option[] {
  return [
    new Option('--weights <method>', 'how levels are chosen; lowbit methods lists them').default(
      defaultMethod,
    ),
    new Option(
      '--bits <number>',
      'bits of each weight, or a policy that chooses them: progressive:from=8,to=2',
    )
      .default(8)
      .argParser(parseBits),
    new Option(
      '--granularity <scope>',
      'what shares a scale: channel, tensor or group:32 (default: channel, for a plain file tensor)',
    ).argParser(parseGranularity),
    new Option(
      '--parameters <type>',
      'how scales, offsets and codebooks are held: float32 or float16; for TensorFlow.js also two-level:6 or ' +
        'two-level:8, integers of so many bits with one float16 for each 16 (default: float32)',
    ).argParser(parseParameters),
    new Option(
      '--rounding <rounder>',
      'how codes are chosen: nearest, or by what inputs of weights are on --calibrate data: auto, gptq, coordinate-descent, optimal, learned (default: below 8 bits auto, where there are such data and the model can be run, else nearest)',
    ),
    new Option(
      '--correct-biases',
      'biases take off what quantized weights add on average, as --calibrate data tell (default: below 8 bits, where there are such data and the model can be run)',
    ),
    new Option('--no-correct-biases', 'leave biases as they are'),
    new Option(
      '--first-last <bits>',
      'bits of the first and the last layer, for instance 8, or float',
    ).argParser(parseFirstLast),
  ];
}

/** What is told, and how. */
function resultOptions(): readonly Option[] {
  return [
    new Option(
      '--no-measure',
      'leave errors and histograms of the weights out of the report, and the verdict, which is faster',
    ),
    new Option('--report <file>', 'also write a report with charts, one HTML file'),
    ...toldOptions(),
    new Option('--allow-larger', 'write a result that is not smaller than the original too'),
  ];
}

function toldOptions(): readonly Option[] {
  return [
    new Option('--json', 'print the result as one JSON document'),
    new Option('--quiet', 'print nothing but errors'),
    new Option('--force', 'replace files that exist'),
  ];
}

/**
 * `--float16` alone leaves weights unquantized: no option says how they would be.
 *
 * @throws UsageError for what only float16 has a use for, without it.
 */
export function withFloat16<Options extends GivenOptions>(options: Options, command: Command): Options {
  const { float16, keepFloat32, for: library } = options;
  if (keepFloat32.length > 0 && float16 !== true && library === undefined)
    throw usageError({
      where: '--keep-float32',
      expected: '--float16 beside it: all nodes stay float32 without',
      received: keepFloat32.join(', '),
      remedy: 'Give --float16 too; --exclude-op and --exclude leave weights unquantized.',
    });
  return float16 === true && ![...decidedByPlan, 'plan'].some((name) => isGiven(command, name))
    ? { ...options, bits: 'float' }
    : options;
}
