import { Command, type CommanderError } from 'commander';
import { applyingCommand, changedCommand, quantizingCommand, wholeWords } from './output/changed-command.js';
import { settingWords } from './output/after-sweep.js';
import type { ExplainOptions } from './commands/plan.js';
import { importCommand, type ImportOptions } from './commands/import.js';
import { inspectCommand, type InspectOptions } from './commands/inspect.js';
import type { MeasureOptions } from './commands/measure.js';
import type { MergeOptions } from './commands/merge.js';
import type { WorkerOptions } from './commands/worker.js';
import { methodsCommand, type MethodsOptions } from './commands/methods.js';
import { quantizeCommand } from './commands/quantize.js';
import { examples, exitStatuses } from './help-texts.js';
import type { Io } from './io.js';
import { tfjsPackages } from './runtime/load-tfjs.js';
import { addCompareOptions, type CompareOptions } from './usage/compare-options.js';
import { kerasOptions, topologyOption } from './usage/keras-options.js';
import { pluginOption } from './usage/plugin-option.js';
import {
  addPlanOptions,
  addQuantizeOptions,
  type GivenOptions,
  type QuantizeOptions,
  withFloat16,
} from './usage/quantize-options.js';
import { addMeasureOptions } from './usage/measure-options.js';
import { addSweepOptions, type SweepOptions } from './usage/sweep-options.js';
import { jobsOption, queueOption } from './usage/work-options.js';
import { titleOf } from './usage/read-words.js';
import { checkTransformers } from './usage/transformers-options.js';
import { usageError } from './usage/usage-error.js';
import { version } from './version.js';

const modelArgument =
  'an ONNX file, the model.json of TensorFlow.js or the folder of that, or a file of Keras';

/** The command line as commander knows it. Errors are thrown, not printed; help goes to `io`. */
export function createProgram(io: Io, argv: readonly string[], json: boolean): Command {
  const program = new Command('lowbit')
    .description(
      'Makes neural networks small and fast for the web: quantizes ONNX, TensorFlow.js and Keras models.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', examples.program + exitStatuses)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => json || io.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => io.stdout.isTTY === true,
      getErrHasColors: () => io.stderr.isTTY === true,
    });
  addQuantize(program, argv, io);
  addPlan(program, argv, io);
  addExplain(program, io);
  addInspect(program, io);
  addImport(program, io);
  addCompare(program, io);
  addMethods(program, io);
  addSweep(program, argv, io);
  addMeasure(program, argv, io);
  addMerge(program, io);
  addWorker(program, io);
  for (const command of [program, ...program.commands]) throwOurErrors(command);
  return program;
}

function addQuantize(program: Command, argv: readonly string[], io: Io): void {
  const command = program
    .command('quantize')
    .summary('write a smaller model')
    .description(
      'Quantizes the weights of a model, on request its activations too, and writes the result beside it. ' +
        'For ONNX, running a model on data (--calibrate) needs the package onnxruntime-web; TensorFlow.js models, and data for models of Keras, ' +
        `need ${tfjsPackages}.`,
    )
    .argument('<model...>', `${modelArgument}; several, or a folder that holds models; - for standard input`)
    .addHelpText('after', examples.quantize);
  addQuantizeOptions(command).action(async (models: readonly string[], options: QuantizeOptions) => {
    checkTransformers(options, command);
    await quantizeCommand(models, withFloat16(options, command), io, (change) =>
      changedCommand(argv, command, change),
    );
  });
}

function addPlan(program: Command, argv: readonly string[], io: Io): void {
  const command = program
    .command('plan')
    .summary('decide what happens to each weight, and write nothing else')
    .description(
      'Decides bits and methods of each weight as lowbit quantize would with the same options, and writes the plan as JSON, with a reason for each. ' +
        'lowbit explain tells it in words, lowbit quantize --plan applies it.',
    )
    .argument('<model>', modelArgument)
    .addHelpText('after', examples.plan);
  addPlanOptions(command).action(async (model: string, options: GivenOptions) => {
    const { planCommand } = await import('./commands/plan.js');
    await planCommand(model, withFloat16(options, command), io, (plan) =>
      applyingCommand(argv, command, plan),
    );
  });
}

function addExplain(program: Command, io: Io): void {
  program
    .command('explain')
    .summary('tell a plan in words')
    .description(
      'Tells what a plan does to each weight and why, a sentence each, also of a plan that was edited.',
    )
    .argument('<plan>', 'what lowbit plan or lowbit quantize --json wrote')
    .addOption(pluginOption())
    .option('--json', 'print the result as one JSON document')
    .addHelpText('after', examples.explain)
    .action(async (plan: string, options: ExplainOptions) => {
      const { explainCommand } = await import('./commands/plan.js');
      await explainCommand(plan, options, io);
    });
}

function addInspect(program: Command, io: Io): void {
  program
    .command('inspect')
    .summary('tell what is in a model')
    .description(
      'Tells the operators and weights of a model, what can be quantized, and what cannot and why; of a model that ' +
        'lowbit packed, also how.',
    )
    .argument('<model>', modelArgument)
    .addOption(pluginOption())
    .addOption(topologyOption())
    .option('--freeze-inputs', 'for ONNX: count inputs that have a value in the file as constants')
    .option('--json', 'print the result as one JSON document')
    .addHelpText('after', examples.inspect)
    .action((model: string, options: InspectOptions) => inspectCommand(model, options, io));
}

function addImport(program: Command, io: Io): void {
  const command = program
    .command('import')
    .summary('turn a model of Keras into one of TensorFlow.js or ONNX')
    .description(
      'Reads a model of Keras 1, 2 or 3, without Python, and writes a folder that TensorFlow.js loads, or an ONNX file, which gives the same ' +
        'numbers; an ONNX file of a layers model of TensorFlow.js too. Nothing is quantized. What cannot be represented is named, layer by layer.',
    )
    .argument(
      '<model>',
      'a .keras or .h5 file, a .weights.h5 file with --topology, or with --to onnx a layers model of TensorFlow.js, a folder or its model.json',
    )
    .addOption(pluginOption())
    .option(
      '-o, --output <path>',
      'where the result goes (default: beside the model, MODEL_tfjs/ or MODEL.onnx)',
    )
    .option('--force', 'replace what is there')
    .option('--json', 'print the result as one JSON document')
    .option('--quiet', 'print nothing but errors')
    .addHelpText('after', examples.import)
    .action((model: string, options: ImportOptions) => importCommand(model, options, io));
  for (const option of kerasOptions()) command.addOption(option);
}

function addCompare(program: Command, io: Io): void {
  const command = program
    .command('compare')
    .summary('tell how two models differ')
    .description(
      'Runs two models on the same inputs and tells how their outputs, sizes and times differ. ONNX files run in the package onnxruntime-web, ' +
        `models of TensorFlow.js need ${tfjsPackages}, and one of Keras runs where the other does.`,
    )
    .argument('<a>', 'the first model, usually the original')
    .argument('<b>', 'the second, with the same inputs and outputs')
    .addHelpText('after', examples.compare);
  addCompareOptions(command).action(async (a: string, b: string, options: CompareOptions) => {
    const { compareCommand } = await import('./commands/compare.js');
    await compareCommand(a, b, options, io);
  });
}

function addMethods(program: Command, io: Io): void {
  program
    .command('methods')
    .summary('list the methods')
    .description('Lists the registered plugins: name, kind, roles, bits, options and paper.')
    .addOption(pluginOption())
    .option('--json', 'print the list as one JSON document')
    .addHelpText('after', examples.methods)
    .action((options: MethodsOptions) => methodsCommand(options, io));
}

function addSweep(program: Command, argv: readonly string[], io: Io): void {
  const command = program
    .command('sweep')
    .summary('try methods, widths and granularities on a model')
    .description(
      'Quantizes a model with each method, width and granularity that is named, and tells what each takes and keeps, as a table with bars. ' +
        'Nothing is written but what --output and --report name. Needs what lowbit quantize needs.',
    )
    .argument('<model>', modelArgument)
    .addHelpText('after', examples.sweep);
  addSweepOptions(command).action(async (model: string, options: SweepOptions) => {
    const { sweepCommand } = await import('./commands/sweep.js');
    const decided = ['weights', 'bits', 'granularity'];
    await sweepCommand(model, options, io, {
      quantizing: (setting) => quantizingCommand(argv, command, decided, settingWords(setting)),
      whole: wholeWords(argv, command),
    });
  });
}

function addMeasure(program: Command, argv: readonly string[], io: Io): void {
  const command = program
    .command('measure')
    .summary('measure what each weight costs and loses')
    .description(
      'Measures what each weight takes with each width, and how far the outputs are off by it on --calibrate data: what budgets decide by.',
    )
    .argument('<model>', modelArgument)
    .addHelpText('after', examples.measure);
  addMeasureOptions(command).action(async (model: string, options: MeasureOptions) => {
    const { measureCommand } = await import('./commands/measure.js');
    await measureCommand(model, options, io, {
      quantizing: (budget) => quantizingCommand(argv, command, [], budget),
      whole: wholeWords(argv, command),
    });
  });
}

function addMerge(program: Command, io: Io): void {
  program
    .command('merge')
    .summary('put shares of one work together')
    .description(
      'Puts together what lowbit sweep or lowbit measure wrote with --shard and --output: the same, byte for byte, as without --shard. ' +
        'Where shares are missing it names them, writes what is there, and ends with exit status 1. ' +
        'Statistics that --save-calibration wrote on parts of the data add up to those of the whole.',
    )
    .argument('<file...>', 'files that were written with --output, or statistics: files or folders')
    .option('-o, --output <file>', 'the file to write (default: it is printed), or the folder of statistics')
    .option('--json', 'print the result as one JSON document')
    .option('--quiet', 'print nothing but errors')
    .option('--force', 'replace files that exist')
    .addHelpText('after', examples.merge)
    .action(async (files: readonly string[], options: MergeOptions) => {
      const { mergeCommand } = await import('./commands/merge.js');
      await mergeCommand(files, options, io);
    });
}

function addWorker(program: Command, io: Io): void {
  program
    .command('worker')
    .summary('do jobs of a queue')
    .description(
      'Takes jobs that commands with --queue have put into a Redis, until it is ended. Models and data are read from the paths that those ' +
        'commands name, from the folder that the worker runs in; files that are not the same give the work back. Needs the packages bullmq and ioredis.',
    )
    .addOption(queueOption('the Redis: redis://127.0.0.1:6379').makeOptionMandatory())
    .addOption(jobsOption())
    .option('--quiet', 'print nothing but errors')
    .addHelpText('after', examples.worker)
    .action(async (options: WorkerOptions) => {
      const { workerCommand } = await import('./commands/worker.js');
      await workerCommand(options, io);
    });
}

/** Makes the parser of a command throw errors of our form. What only ends the process after help stays as it is. */
function throwOurErrors(command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : fromCommander(error, command);
  });
}

function fromCommander({ code, message }: CommanderError, command: Command): Error {
  return usageError({
    where: 'command line',
    received: code === 'commander.help' ? 'no command' : message.replace(/^error: /, ''),
    remedy: `Run ${titleOf(command)} --help for what is possible.`,
  });
}
