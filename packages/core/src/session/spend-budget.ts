import type { BudgetReport } from '../contract/budget-report.js';
import { defined } from '../contract/defined.js';
import type { SessionOptions } from '../contract/events.js';
import type { CandidateChoice, Measurements } from '../contract/measurements.js';
import type { ModelPort } from '../contract/port.js';
import type { BudgetTerms } from '../contract/policy.js';
import type { RepeatableData } from '../contract/repeatable-data.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { LowbitError } from '../errors/error.js';
import { holds } from '../policy/limits.js';
import { isSameChoice } from '../policy/known.js';
import { unspentDraft } from '../plan/draft-weights.js';
import type { Prepared } from '../plan/make-plan.js';
import type { Judge } from './judge-outputs.js';
import { explore, type Judging } from './explore.js';
import { judgeOf, measureWeights } from './measure-weights.js';
import { budgetReport } from './budget-report.js';
import { type SmallestChoice, smallestOf, withWritten } from './smallest-choice.js';
import type { Chosen, WriteOne, WrittenPlan } from './spending.js';
import { withBestWritten, withFirstWritten, withResult } from './try-choices.js';
import { withCurve } from './measure-curve.js';
import { separabilityByDepth } from './separability-by-depth.js';

/** What spending is done with. */
export interface SpendingMeans {
  readonly data: RepeatableData | undefined;
  /** Asked for the narrowest plan first, and then for what is chosen. */
  readonly writeOne: WriteOne;
  readonly session: SessionOptions;
  /** Sizes at which the curve is measured. */
  readonly curve: number;
}

/** A plan on which a budget was spent. */
export interface SpentBudget {
  readonly resolved: ResolvedPlan;
  readonly measurements: Measurements;
  readonly budget: BudgetReport;
  readonly warnings: readonly string[];
}

/** Times that a plan is written until its size is right. */
const mostWrites = 10;
/** Part of a budget of bytes that is used where the choices allow. */
const wellUsed = 0.99;

/**
 * Measures what a budget needs to know, has the policy choose, measures choices as a whole as long as it explores, and writes what it
 * chose: what the estimate of the size missed is spent or given back, and what does not hold when it is run is not taken.
 *
 * @throws LowbitError `budget-infeasible`; `calibration-missing` for limits of quality without data, or without a port that runs its
 *   model; `aborted`; the port's own errors.
 */
export async function spendBudget<M>(
  port: ModelPort<M>,
  prepared: Prepared,
  terms: BudgetTerms,
  { data, writeOne, session, curve }: SpendingMeans,
): Promise<SpentBudget> {
  const { candidates, together, effects, bytes, decreasing = false } = terms;
  checkCanJudge(port, terms, data);
  const { recipe, policies } = prepared;
  const { draft, decided } = unspentDraft(prepared, recipe, policies, terms.before);
  // Where bits may not rise, those that save nothing by themselves let others be narrow.
  const work = { prepared, draft, decided, candidates, together, keepsAll: decreasing };
  const means = { port, prepared, terms, writeOne, session };
  const known = recipe.measurements;
  const costs =
    bytes === undefined ? undefined : await measureWeights(port, work, undefined, { ...session, known });
  const smallest = costs && (await smallestOf(means, costs));
  const judge = effects ? await judgeFor(port, terms, data, session) : undefined;
  const isMeasured = costs !== undefined && judge === undefined;
  const measured = isMeasured ? costs : await measureWeights(port, work, judge, { ...session, known });
  const separability =
    known?.separability ?? (await separabilityByDepth(port, data, measured.items, session));
  const all = { ...measured, ...defined({ separability }) };
  const spent = await chooseAndWrite({ ...means, judge }, all, smallest);
  const ofCurve = { draft, decided, judge, points: curve };
  return { ...spent, measurements: await withCurve(means, spent.measurements, ofCurve) };
}

function judgeFor<M>(
  port: ModelPort<M>,
  { maxLoss, metric, classes, by }: BudgetTerms,
  data: RepeatableData | undefined,
  session: SessionOptions,
): Promise<Judge | undefined> {
  const settings = { isTask: maxLoss !== undefined, ...defined({ metric, classes, by }) };
  return judgeOf(port, data?.batches, settings, session);
}

async function chooseAndWrite<M>(
  spending: Judging<M>,
  measured: Measurements,
  smallest: SmallestChoice | undefined,
): Promise<SpentBudget> {
  const { terms, judge, writeOne } = spending;
  const isChecked = terms.maxLoss !== undefined || terms.minSqnr !== undefined;
  let measurements = smallest === undefined ? measured : withWritten(measured, smallest);
  const isAttainable = smallest !== undefined && smallest.bytes <= (terms.bytes ?? Infinity);
  let best: Attained | undefined =
    isAttainable && !isChecked ? { spent: smallest, bytes: smallest.bytes } : undefined;
  let isBestTried = !isChecked;
  if (terms.bytes !== undefined && judge !== undefined)
    measurements = await withFirstWritten(spending, measurements);
  for (let writes = 0; writes < mostWrites; writes++) {
    const { chosen, infeasible, ...explored } = await explore(spending, measurements);
    ({ measurements } = explored);
    if (chosen === undefined) {
      // Once something fits, that nothing else does ends the search.
      if (best !== undefined) break;
      if (isBestTried) throw infeasible ?? neverFits(terms, measurements);
      isBestTried = true;
      measurements = await withBestWritten(spending, measurements);
      continue;
    }
    const { choice, resolved } = chosen;
    if (terms.bytes === undefined && !isChecked)
      return finished(chosen, measurements, terms, smallest?.choice);
    if (best !== undefined && isSameChoice(best.spent.choice, choice)) break;
    const { bytes, judged } = await writeOne(resolved, isChecked ? judge : undefined);
    const fits = bytes <= (terms.bytes ?? Infinity);
    const isHeld = judged === undefined || holds(judged, terms);
    measurements = withWritten(measurements, { choice, bytes });
    if (judged !== undefined && !isHeld) measurements = withResult(measurements, choice, judged);
    if (fits && isHeld && bytes > (best?.bytes ?? -1))
      best = { spent: chosen, bytes, ...defined({ judged }) };
    if (fits && isHeld && (terms.bytes === undefined || bytes >= wellUsed * terms.bytes)) break;
  }
  if (best === undefined) throw neverFits(terms, measurements);
  const done = finished(best.spent, measurements, terms, smallest?.choice);
  return { ...done, budget: { ...done.budget, ...defined({ result: best.judged }) } };
}

/** What was written and keeps all limits. */
interface Attained {
  readonly spent: Chosen;
  readonly bytes: number;
  /** What it does to the outputs. Absent where no limit of quality is set. */
  readonly judged?: WrittenPlan['judged'];
}

function finished(
  { choice, resolved }: Chosen,
  measurements: Measurements,
  terms: BudgetTerms,
  smallest: CandidateChoice | undefined,
): SpentBudget {
  const budget = budgetReport(choice, measurements, terms, smallest);
  const { predicted, measured } = budget;
  const unverified = terms.effects && measurements.effect === undefined ? [unverifiedWords] : [];
  const misled = measured !== undefined && isMisled(predicted, measured.effect);
  return {
    resolved,
    measurements,
    budget,
    warnings: misled ? [...unverified, misledWords(predicted, measured.effect)] : unverified,
  };
}

/** Effects that the sum of single ones misses by more than this factor, where the whole is off by more than noise. */
const mostMissed = 3;
const noise = 1e-3;

const isMisled = (predicted: number, effect: number): boolean =>
  effect > noise && effect > mostMissed * Math.max(predicted, 0);

const unverifiedWords =
  'budget: bits were chosen by the errors of the weights alone, unverified: give data that the model can be run on, so that they are chosen by what its outputs lose';

const misledWords = (predicted: number, effect: number): string =>
  `budget: the outputs are off by ${effect.toPrecision(2)} where the effects of single weights add up to ${predicted.toPrecision(2)}: weights spoil each other, and single effects tell little then; allow more`;

/** @throws LowbitError `calibration-missing` for limits of quality where nothing can be run. */
function checkCanJudge<M>(
  { name, run }: ModelPort<M>,
  { maxLoss, minSqnr }: BudgetTerms,
  data: RepeatableData | undefined,
): void {
  const isOfQuality = maxLoss !== undefined || minSqnr !== undefined;
  if (!isOfQuality || (data !== undefined && run !== undefined)) return;
  throw new LowbitError({
    code: 'calibration-missing',
    where: 'budget',
    expected: 'data, and a port that can run its model: limits of quality are checked by running it',
    received: data === undefined ? 'no data' : `a port '${name}' that cannot`,
    remedy:
      data === undefined
        ? 'Give batches as data of the recipe (command line: --calibrate).'
        : 'Give the port what runs the model, as in onnx(bytes, { ort }) or keras(file, { runner }) with runner of @lowbit/tfjs.',
  });
}

function neverFits({ bytes, maxLoss, minSqnr }: BudgetTerms, { written }: Measurements): LowbitError {
  const limits = [
    bytes !== undefined && `${bytes} bytes`,
    maxLoss !== undefined && `a loss of ${maxLoss}`,
    minSqnr !== undefined && `${minSqnr} dB`,
  ].filter((word) => word !== false);
  return new LowbitError({
    code: 'budget-infeasible',
    where: 'budget',
    expected: `what keeps ${limits.join(' and ')} when it is written`,
    received: `sizes of ${written.map((one) => one.bytes).join(', ')} bytes`,
    remedy: 'Allow a little more.',
  });
}
