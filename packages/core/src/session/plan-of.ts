import type { Calibration } from '../calibration/site-statistics.js';
import type { BudgetReport } from '../contract/budget-report.js';
import type { QuantizeOptions } from '../contract/events.js';
import type { Measurements } from '../contract/measurements.js';
import type { ModelPort } from '../contract/port.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { planPrepared, type Prepared } from '../plan/make-plan.js';
import { budgetTerms } from '../policy/budget-terms.js';
import { writeResolved } from './apply-plan.js';
import type { MeasuredInputs } from './observe-data.js';
import { spendBudget } from './spend-budget.js';
import type { WriteOne } from './spending.js';

/** A plan, and what was measured to make it. */
export interface MeasuredPlan {
  readonly resolved: ResolvedPlan;
  readonly measurements?: Measurements;
  readonly budget?: BudgetReport;
  readonly warnings: readonly string[];
  /** With what was observed on the data meanwhile. */
  readonly inputs: MeasuredInputs;
  readonly observed?: Calibration | undefined;
}

/** Plans; where the policy spends a budget, with what is measured and written for it. */
export async function planOf<M>(
  port: ModelPort<M>,
  prepared: Prepared,
  given: MeasuredInputs,
  { sizeOf, curve = 0, ...options }: QuantizeOptions,
): Promise<MeasuredPlan> {
  const { plugin, options: chosen } = prepared.policies.own;
  const terms = budgetTerms(plugin, chosen);
  if (terms === undefined) return { ...planPrepared(port, prepared), warnings: [], inputs: given };
  let inputs = given;
  const writeOne: WriteOne = async (resolved, judge) => {
    const isRun = judge !== undefined;
    const { written, calibration } = await writeResolved(port, resolved, inputs, options, isRun);
    inputs = { ...inputs, calibration };
    const { model, report } = written.quantized;
    const judged = judge && written.run && (await judge.judgeResult(written.run));
    const values = report.weights.reduce((sum, own) => sum + own.values, 0);
    const weightBytes = Math.round((report.bitsPerWeight * values) / 8);
    const bytes = (await sizeOf?.(model)) ?? report.modelBytes.after;
    return { bytes, weightBytes, averageBits: report.bitsPerWeight, judged };
  };
  const means = { data: given.data, writeOne, session: options, curve };
  const spent = await spendBudget(port, prepared, terms, means);
  const observed = inputs.calibration === given.calibration ? undefined : inputs.calibration;
  return { ...spent, inputs, observed };
}
