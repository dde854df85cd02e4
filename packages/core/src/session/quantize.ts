import { checkOptions } from '../errors/check-argument.js';
import type { BudgetReport } from '../contract/budget-report.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import { unusedData } from '../plan/data-defaults.js';
import { prepare } from '../plan/make-plan.js';
import { defined } from '../contract/defined.js';
import { applyResolved, type Quantized } from './apply-plan.js';
import { type QuantizeOptions, quantizeTypes } from '../contract/events.js';
import { withRepeatable } from './observe-data.js';
import { choosePluginOf } from '../plugin/choose.js';
import { pauses } from '../contract/pause.js';
import { planOf } from './plan-of.js';
import { withWarnings } from './write-plan.js';

/**
 * Quantizes the weights of a model: plans, checks, fits, encodes and writes. The user's own model is not
 * changed.
 *
 * @example
 * const { model, report } = await quantize(onnx(bytes), { weights: minMax(), bits: 8 });
 */
export async function quantize<M>(
  port: ModelPort<M>,
  given: Recipe,
  options: QuantizeOptions = {},
): Promise<Quantized<M>> {
  checkOptions(options, quantizeTypes, 'quantize');
  options.onProgress?.({ phase: 'plan', done: 0, total: 1 });
  await pauses(options.signal, 'quantize')();
  const { recipe, data } = withRepeatable(given);
  const prepared = await prepare(port, recipe, options);
  const { calibration, schedule } = recipe;
  const inputs = { calibration, data, memory: {} };
  const work = await planOf(port, prepared, inputs, options);
  options.onProgress?.({ phase: 'plan', done: 1, total: 1 });
  if (schedule !== undefined) choosePluginOf('schedule', schedule, recipe.registry);
  const isMeasured = prepared.recipe.features !== recipe.features || work.measurements?.effect !== undefined;
  const done = await applyResolved(port, work.resolved, work.inputs, options, isMeasured);
  const told = withWarnings(done, [
    ...work.warnings,
    ...unusedData(prepared.defaults, recipe, work.resolved.entries),
    ...(schedule === undefined ? [] : [scheduleUnused]),
  ]);
  const { measurements, budget: planned, observed } = work;
  const budget = planned && (await withFinalBytes(planned, told, options));
  return { ...told, ...defined({ measurements, budget, calibration: observed }) };
}

/** What the result takes: choices are written with every bias that can be corrected, of which data may leave some as they are. */
async function withFinalBytes<M>(
  budget: BudgetReport,
  { model, report }: Quantized<M>,
  { sizeOf }: QuantizeOptions,
): Promise<BudgetReport> {
  if (budget.bytes === undefined) return budget;
  const bytes = (await sizeOf?.(model)) ?? report.modelBytes.after;
  return { ...budget, bytes, averageBits: report.bitsPerWeight };
}

/** A recipe with a schedule is taken, since one may serve training and what it is compared with. */
const scheduleUnused =
  'the schedule of the recipe does nothing here: quantize does not train; train(port, recipe) follows it';
