import type { Calibration } from '../calibration/site-statistics.js';
import { checkOptions, optionTypes } from '../errors/check-argument.js';
import { isLowbitError, throwProblems, type Problem } from '../errors/error.js';
import type { ModelPort } from '../contract/port.js';
import { checkPort } from '../contract/check-port.js';
import { checkIsPlan } from '../plan/check-is-plan.js';
import { emptyPlan, leavesAll } from '../plan/nothing-to-quantize.js';
import type { QuantizationPlan } from '../contract/plan.js';
import { parsePlan } from '../plan/parse-plan.js';
import { otherPort, quantizedTwice } from '../plan/plan-problems.js';
import { portForPlan } from '../plan/port-for-plan.js';
import { resolvePlan } from '../plan/resolve.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { checkRegistry, type Registry } from '../contract/registry.js';
import type { Report } from '../report/report.js';
import { type QuantizeOptions, quantizeTypes } from '../contract/events.js';
import { batchesType } from '../contract/check-batches.js';
import type { Recipe } from '../contract/recipe.js';
import { dataWarnings, statisticsFor, type MeasuredInputs } from './observe-data.js';
import { repeatable } from '../contract/repeatable-data.js';
import { asksInputs } from './rounding-inputs.js';
import { captureWay } from './sequential-inputs.js';
import { withFitWeights } from './unfit-weights.js';
import { withWarnings, type Written } from './write-plan.js';
import type { BudgetReport } from '../contract/budget-report.js';
import type { Measurements } from '../contract/measurements.js';
import { comparedResult } from './compared-result.js';
import { writeFitted } from './write-fitted.js';
import { verdictOf } from '../report/verdict.js';
import { defined } from '../contract/defined.js';

/** What `quantize` and `applyPlan` give. */
export interface Quantized<M> {
  readonly model: M;
  readonly plan: QuantizationPlan;
  readonly report: Report;
  /** What was observed on the data, to be stored and given as `calibration` another time. Absent where nothing was. */
  readonly calibration?: Calibration;
  /** What was measured for a budget, to be stored and given as `measurements` another time. Absent where nothing was. */
  readonly measurements?: Measurements;
  /** What became of the budget. Absent without one. */
  readonly budget?: BudgetReport;
}

export interface ApplyOptions extends QuantizeOptions {
  /** Statistics that the plan's activation sites are fitted to. */
  readonly calibration?: Calibration;
  /** Batches that they are observed on, where they are needed and not given. */
  readonly data?: Recipe['data'];
}

/**
 * Quantizes every weight as the plan says, one at a time, and writes the result. Names in the plan are looked
 * up in `registry`; a port with forms takes the plan's. Weights whose inputs turn out to stay float get the method's own grid, in
 * the plan that is given back too. Throws what {@link parsePlan}, {@link resolvePlan} and {@link quantizedTwice} find,
 * `plan-mismatch` for the plan of another port, `nothing-to-quantize`, where no weight is finite too, `plugin-failed`,
 * `aborted`, and the
 * port's own errors.
 */
export async function applyPlan<M>(
  port: ModelPort<M>,
  given: QuantizationPlan,
  registry: Registry,
  options: ApplyOptions = {},
): Promise<Quantized<M>> {
  checkPort(port);
  const call = 'applyPlan(port, plan, registry)';
  checkIsPlan(given, call);
  checkRegistry(registry, call, true);
  checkOptions(options, { ...quantizeTypes, calibration: optionTypes.any, data: batchesType }, 'applyPlan');
  const plan = { ...parsePlan(given, 'plan') };
  // It may have been edited since.
  for (const told of ['averageBits', 'decided']) Reflect.deleteProperty(plan, told);
  const { port: formed, problems } = formedPort(port, plan);
  const layers = await formed.layers();
  const resolution = resolvePlan(plan, layers, registry, formed.supports);
  const others = [...resolution.problems, ...quantizedTwice(plan, layers)];
  throwProblems([...otherPort(plan, port.name), ...problems, ...others.filter(holdsBeside(problems))]);
  if (leavesAll(plan) && formed.supports.alters !== true) throw emptyPlan(plan);
  const { calibration, data } = options;
  const inputs = { calibration, data: data && repeatable(data), memory: {} };
  return applyResolved(formed, resolution.resolved, inputs, options);
}

/**
 * Measures what a plan is fitted to, fits, encodes and writes.
 *
 * @param isMeasured Whether something was measured on the data already.
 */
export async function applyResolved<M>(
  port: ModelPort<M>,
  resolved: ResolvedPlan,
  inputs: MeasuredInputs,
  options: QuantizeOptions,
  isMeasured = false,
): Promise<Quantized<M>> {
  const calibration = await statisticsFor(port, resolved, inputs, options);
  const isObserved = calibration !== inputs.calibration;
  const written = await withFitWeights(resolved, port.supports.alters === true, async (plan, unfit) => {
    const fitted = await writeFitted(port, plan, calibration, inputs, options);
    const told = unfit.map(({ id, reason }) => `${id}: ${reason}`);
    return { ...fitted, quantized: withWarnings(fitted.quantized, told) };
  });
  const compared = await comparedResult(port, written, inputs, options);
  const isRead =
    isObserved ||
    isMeasured ||
    (resolved.entries.some(asksInputs) && inputs.calibration?.inputs === undefined) ||
    compared.outputs !== undefined;
  const warnings = [...dataWarnings(inputs, resolved, isRead, compared.why), ...(compared.warnings ?? [])];
  const { report, ...others } = withWarnings(written.quantized, warnings);
  const verdict = verdictOf(report, written.resolved, written.energies, compared);
  const capture = await captureWay(port, written.resolved.entries, inputs, options.capture);
  const done = { ...others, report: { ...report, ...defined({ capture }), verdict } };
  return isObserved && calibration !== undefined ? { ...done, calibration } : done;
}

/**
 * Fits and writes a plan, without a look at how good it is.
 *
 * @param isRun Whether the result will be run: otherwise its size alone counts, rounders are not asked, and biases take off nothing.
 * @returns The result, and what observing gave.
 */
export async function writeResolved<M>(
  port: ModelPort<M>,
  resolved: ResolvedPlan,
  inputs: MeasuredInputs,
  { signal, onProgress, capture }: QuantizeOptions,
  isRun: boolean,
): Promise<{ readonly written: Written<M>; readonly calibration: Calibration | undefined }> {
  const options = { ...defined({ signal, onProgress, capture }), measure: false };
  const calibration = await statisticsFor(port, resolved, inputs, options);
  const seen = isRun ? inputs : 'size alone';
  const written = await withFitWeights(resolved, port.supports.alters === true, (plan) =>
    writeFitted(port, plan, calibration, seen, options),
  );
  return { written, calibration };
}

/** The port in the plan's form; as it is where it cannot take that, so that what else is wrong is found too. */
function formedPort<M>(
  port: ModelPort<M>,
  plan: QuantizationPlan,
): { readonly port: ModelPort<M>; readonly problems: readonly Problem[] } {
  try {
    return { port: portForPlan(port, plan), problems: [] };
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    return { port, problems: error.problems };
  }
}

/** What fits the model shows in the right form alone. */
const holdsBeside =
  (formProblems: readonly Problem[]) =>
  ({ code }: Problem) =>
    formProblems.length === 0 || code !== 'plan-mismatch';
