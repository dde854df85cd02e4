import { defined } from '@lowbit/core/adapter';
import { quantizationText } from '@lowbit/report/text';

import { checkStream, outputFor, standardStream, withStandardInput } from '../files/standard-streams.js';
import type { Io } from '../io.js';
import { checkKind } from '../model/check-kind.js';
import { findModel } from '../model/find-model.js';
import { findModels } from '../model/find-models.js';
import { createProgress, type Progress } from '../output/progress.js';
import { tell } from '../output/tell.js';
import { readPlan } from '../plan/read-plan.js';
import { loadMetric } from '../plugins/load-metric.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { budgetName, hasBudget } from '../usage/budget-options.js';
import { checkActivations } from '../usage/check-activations.js';
import { checkBudget } from '../usage/check-budget.js';
import {
  biasesWithoutInputs,
  checkMethod,
  checkMethodBits,
  checkPlannedRounding,
  checkPolicy,
  checkRounding,
} from '../usage/check-method.js';
import type { GivenOptions, QuantizeOptions } from '../usage/quantize-options.js';
import { tellsInputs } from '../usage/statistics-place.js';
import type { QuantizeDocument } from './quantize-document.js';
import { quantizeFound } from './quantize-found.js';
import type { QuantizeRun } from './quantize-run.js';

type Again = QuantizeRun['again'];

/** `lowbit quantize`: reads models, quantizes them, writes the results and tells what was done. */
export async function quantizeCommand(
  paths: readonly string[],
  given: GivenOptions,
  io: Io,
  again: Again,
): Promise<void> {
  const options = await checkedOptions(given);
  if (options.for !== undefined) {
    const { quantizeTransformers } = await import('../transformers/quantize-transformers.js');
    return quantizeTransformers(paths, options, io);
  }
  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    const named = await findModels(paths, options.output);
    const [only] = named;
    if (named.length === 1 && only !== undefined && only.below === undefined)
      return await quantizeOne(only.path, options, io, progress, again);
    const { quantizeMany } = await import('./quantize-many.js');
    await quantizeMany(named, options, io, progress, again);
  } finally {
    progress.end();
  }
}

async function quantizeOne(
  path: string,
  given: QuantizeOptions,
  io: Io,
  progress: Progress,
  again: Again,
): Promise<void> {
  const output = outputFor(path, given.output);
  const options = { ...given, ...defined({ output }) };
  await withStandardInput(path, io, async (file, { stdout, stderr }) => {
    const document = await quantize(file, options, io, progress, again);
    progress.end();
    const told = output === standardStream ? stderr : stdout;
    tell(told, options, { document, text: (colors) => quantizationText(document, colors) });
  });
}

async function quantize(
  path: string,
  options: QuantizeOptions,
  { signal, stdout }: Io,
  progress: Progress,
  again: Again,
): Promise<QuantizeDocument> {
  const model = await findModel(path, options);
  checkKind(model, options);
  const plan = options.plan === undefined ? undefined : await readPlan(options.plan, options.methods, signal);
  checkActivations(options, plan);
  if (plan !== undefined && !tellsInputs(options)) checkPlannedRounding(plan, options.methods);
  checkStream(options.output, stdout);
  return quantizeFound({ model, options, signal, stdout, progress, again, ...defined({ plan }) });
}

/** The options with what their names stand for. @throws UsageError for those that do not fit together; as `loadPlugins` and `loadMetric`. */
export async function checkedOptions(given: GivenOptions): Promise<QuantizeOptions> {
  checkBudget(given);
  const options = await withPlugins(given);
  checkMethods(options);
  return options;
}

async function withPlugins(given: GivenOptions): Promise<QuantizeOptions> {
  const methods = await loadPlugins(given.plugin);
  const taskMetric = given.metric === undefined ? undefined : await loadMetric(given.metric);
  // A budget is called by its name where results are named after their bits.
  const named = hasBudget(given) ? { bits: budgetName } : {};
  return { ...given, ...named, methods, ...defined({ taskMetric }) };
}

function checkMethods(options: QuantizeOptions): void {
  const { plan, weights, activations, bits, firstLast, rounding, correctBiases, methods } = options;
  if (plan !== undefined) return;
  checkMethod(weights, '--weights', methods, 'weight');
  if (activations !== undefined) checkMethod(activations, '--activations', methods, 'activation');
  if (typeof bits === 'number') checkMethodBits(weights, bits, '--bits', methods);
  else if (bits !== 'float' && !hasBudget(options)) checkPolicy(bits, methods);
  if (rounding !== undefined) checkRounding(rounding, tellsInputs(options), methods);
  if (correctBiases === true && !tellsInputs(options)) throw biasesWithoutInputs('--correct-biases');
  if (typeof firstLast === 'number') checkMethodBits(weights, firstLast, '--first-last', methods);
}
