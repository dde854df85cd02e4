import type { QuantizationPlan } from '@lowbit/core';
import { defined, type PlannedWork } from '@lowbit/core/adapter';
import { editablePlan, explanationText, plannedText } from '@lowbit/report/text';

import { checkOutputs } from '../files/check-outputs.js';
import { defaultOutput, fittedName } from '../files/output-name.js';
import { readInput } from '../files/read-input.js';
import { standardStream } from '../files/standard-streams.js';
import { writeOutputs } from '../files/write-outputs.js';
import type { Io } from '../io.js';
import { withSource } from '../jobs/with-source.js';
import { checkKind } from '../model/check-kind.js';
import { findModel } from '../model/find-model.js';
import { modelFirst } from './model-first.js';
import { commandWords } from '../output/changed-command.js';
import { createProgress, sharesOf } from '../output/progress.js';
import { tell } from '../output/tell.js';
import { readPlan } from '../plan/read-plan.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { openOnnx } from '../quantize/quantize-model.js';
import { planPort } from '../quantize/quantize-port.js';
import { readStatistics } from '../statistics/read-statistics.js';
import { checkActivations } from '../usage/check-activations.js';
import type { GivenOptions } from '../usage/quantize-options.js';
import type { QuantizeRun } from './quantize-run.js';
import { checkedOptions } from './quantize.js';

/**
 * `lowbit plan`: decides what happens to each weight, as `lowbit quantize` would, and writes the plan alone.
 *
 * @param applying - the command that applies it
 */
export async function planCommand(
  path: string,
  given: GivenOptions,
  io: Io,
  applying: (plan: string) => string,
): Promise<void> {
  const {
    output = `${fittedName(path.replace(/[\\/]+$/, ''), '.plan.json')}`,
    force = false,
    json,
    quiet,
  } = given;
  const options = await checkedOptions(given);
  const model = await findModel(path, options);
  checkKind(model, options);
  checkActivations(options, undefined);
  await modelFirst(model, io.signal, () =>
    checkOutputs([{ path: output, label: '--output' }], [model.file], force),
  );
  const progress = createProgress(io.stderr, json !== true && quiet !== true);
  try {
    const { signal, stdout } = io;
    const own = withSource({ model, options, signal, progress });
    const run = { model, options: own, signal, stdout, progress, again: () => '' };
    const made = await plannedFor(run);
    const planned = { ...made, plan: editablePlan(made.plan) };
    await writeOutputs([{ path: output, data: `${JSON.stringify(planned.plan, null, 2)}\n` }], {
      force,
      signal,
      stdout,
    });
    progress.end();
    const next = applying(output);
    const document = { input: model.file, output, next, ...toldOf(planned) };
    const told = output === standardStream ? io.stderr : stdout;
    tell(told, given, { document, text: (colors) => plannedText(document, colors) });
  } finally {
    progress.end();
  }
}

function toldOf({ plan, warnings, budget }: PlannedWork) {
  return { plan, warnings, ...defined({ budget }) };
}

/** Plans a model of any kind. */
async function plannedFor(run: QuantizeRun): Promise<PlannedWork> {
  const { model, options, signal, progress } = run;
  const session = { signal, onProgress: progress.update };
  const output = defaultOutput(model.file, options.bits);
  const { calibration } = options;
  const stored = calibration === undefined ? undefined : await readStatistics(calibration, signal);
  switch (model.kind) {
    case 'onnx': {
      const bytes = await readInput(model.file, signal);
      const job = await openOnnx({ file: model.file, output, bytes, options }, signal);
      return (await planPort(job, session, stored)).planned;
    }
    case 'tfjs': {
      const { loadTfjs } = await import('../runtime/load-tfjs.js');
      const { readTfjsModel } = await import('../tfjs/read-model.js');
      const { openTfjs } = await import('../tfjs/quantize-into-files.js');
      const read = await readTfjsModel(model.file, signal);
      const opened = await openTfjs(await loadTfjs('plan'), { model: read, options, output: 'model.json' });
      try {
        return (await planPort(opened.job, session, stored)).planned;
      } finally {
        opened.dispose();
      }
    }
    case 'keras': {
      const { readAsKeras } = await import('../keras/read-as-keras.js');
      const { openKeras } = await import('../keras/open-keras.js');
      const { methods } = options;
      const reading = { command: 'plan', methods, signal, onProgress: sharesOf('read', progress) };
      const read = await readAsKeras(model, reading);
      try {
        const named = (options.to ?? 'tfjs') === 'onnx' ? output : 'model.json';
        return (await planPort(await openKeras(run, read, named), session, stored)).planned;
      } finally {
        read.close();
      }
    }
  }
}

export interface ExplainOptions {
  readonly plugin: readonly string[];
  readonly json?: true;
}

/** `lowbit explain`: a plan in words, a sentence for each weight. */
export async function explainCommand(file: string, options: ExplainOptions, io: Io): Promise<void> {
  const plan = await readPlan(file, await loadPlugins(options.plugin), io.signal);
  const { planSentences } = await import('@lowbit/report');
  tell(io.stdout, options, {
    document: { input: file, port: plan.port, sentences: planSentences(plan), averageBits: plan.averageBits },
    text: (colors) => explanationText(plan, colors),
    next: commandWords(['quantize', 'MODEL', ...dataWords(plan), '--plan', file]),
  });
}

/** Data, where codes are chosen by them, biases corrected, or activations fitted. */
const dataWords = ({ weights, biases, activations }: QuantizationPlan): readonly string[] =>
  [biases, activations].some(Array.isArray) || weights.some((entry) => 'rounding' in entry)
    ? ['--calibrate', 'DATA']
    : [];
