import type { BudgetReport } from '../contract/budget-report.js';
import { defined } from '../contract/defined.js';
import type { SessionOptions } from '../contract/events.js';
import type { CandidateChoice, Measurements } from '../contract/measurements.js';
import type { ModelPort } from '../contract/port.js';
import type { BudgetTerms } from '../contract/policy.js';
import type { RepeatableData } from '../contract/repeatable-data.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { isLowbitError, LowbitError } from '../errors/error.js';
import { unspentDraft } from '../plan/draft-weights.js';
import type { Prepared } from '../plan/make-plan.js';
import type { Judge } from './judge-outputs.js';
import { type Attained, chooseAndWrite } from './choose-and-write.js';
import { judgeOf, measureWeights } from './measure-weights.js';
import { budgetReport } from './budget-report.js';
import type { Judging } from './explore.js';
import { countSamples } from './quick-results.js';
import { withQualityRemedy } from './quality-remedy.js';
import { smallestOf } from './smallest-choice.js';
import type { WriteOne } from './spending.js';
import { withoutWasteful } from './without-wasteful.js';
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
  const { candidates, together, effects, bytes, averageBits, decreasing = false } = terms;
  checkCanJudge(port, terms, data);
  const { recipe, policies } = prepared;
  const { draft, decided } = unspentDraft(prepared, recipe, policies, terms.before);
  // Where bits may not rise, those that save nothing by themselves let others be narrow.
  const work = { prepared, draft, decided, candidates, together, keepsAll: decreasing };
  const means = { port, prepared, terms, writeOne, session };
  const known = recipe.measurements;
  // Where the file is to be small, weights may get what saves nothing by itself and others have too.
  const ofCosts = { ...work, keepsAll: decreasing || bytes !== undefined };
  const costs =
    (bytes ?? averageBits) === undefined
      ? undefined
      : await measureWeights(port, ofCosts, undefined, { ...session, known });
  const smallest = costs && (await smallestOf(means, costs));
  const kept = smallest?.choice;
  const judge = effects ? await judgeFor(port, terms, data, session) : undefined;
  const isMeasured = costs !== undefined && judge === undefined;
  const measured = isMeasured
    ? withoutWasteful(costs, { kept, known, keepsAll: decreasing })
    : await measureWeights(port, { ...work, kept }, judge, { ...session, known });
  const separability =
    known?.separability ?? (await separabilityByDepth(port, data, measured.items, session));
  const all = { ...measured, ...defined({ separability }) };
  const samples = judge === undefined || data === undefined ? 0 : await countSamples(data.batches);
  const judging = { ...means, judge, samples };
  const thorough = roundedThroughout(judging);
  const attained = await chooseAndWrite(judging, all, smallest)
    .catch((error: unknown) => {
      if (thorough === undefined || !isInfeasible(error)) throw error;
      return chooseAndWrite(thorough, all, smallest);
    })
    .catch((error: unknown) => {
      const isOfQuality = terms.maxLoss !== undefined || terms.minSqnr !== undefined;
      if (!isOfQuality || !isInfeasible(error)) throw error;
      throw withQualityRemedy(error, prepared, thorough !== undefined && recipe.correctBiases !== false);
    });
  const spent = finished(attained, terms, smallest?.choice, data !== undefined);
  const ofCurve = { draft, decided, judge, points: curve };
  return { ...spent, measurements: await withCurve(means, spent.measurements, ofCurve) };
}

/**
 * What spends a limit of quality with codes and biases of 8 bits that data choose too, as they do below by default; `undefined` where there is no
 * such limit, nothing that looks at data, or a rounder was asked for.
 */
function roundedThroughout<M>(judging: Judging<M>): Judging<M> | undefined {
  const { terms, prepared } = judging;
  const { recipe, defaults } = prepared;
  const isOfQuality = terms.maxLoss !== undefined || terms.minSqnr !== undefined;
  if (!isOfQuality || defaults.rounding === undefined || recipe.rounding !== undefined) return undefined;
  const { correctBiases = true } = recipe;
  return {
    ...judging,
    prepared: { ...prepared, recipe: { ...recipe, rounding: defaults.rounding, correctBiases } },
  };
}

const isInfeasible = (error: unknown): error is LowbitError =>
  isLowbitError(error) && error.code === 'budget-infeasible';

function judgeFor<M>(
  port: ModelPort<M>,
  { maxLoss, minSqnr, metric, classes, by }: BudgetTerms,
  data: RepeatableData | undefined,
  session: SessionOptions,
): Promise<Judge | undefined> {
  const limits = { isTask: maxLoss !== undefined, isWhole: minSqnr !== undefined };
  const settings = { ...limits, ...defined({ metric, classes, by }) };
  return judgeOf(port, data?.batches, settings, session);
}

function finished(
  { chosen: { choice, resolved }, measurements, averageBits, judged }: Attained,
  terms: BudgetTerms,
  smallest: CandidateChoice | undefined,
  hasData: boolean,
): SpentBudget {
  const told = budgetReport(choice, measurements, terms, smallest);
  const budget = { ...told, ...defined({ averageBits, result: judged }) };
  const { predicted, measured } = budget;
  const unverified = terms.effects && measurements.effect === undefined ? [unverifiedWords(hasData)] : [];
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

const unverifiedWords = (hasData: boolean): string =>
  `budget: bits were chosen by the errors of the weights alone, unverified: give ${hasData ? 'the port what runs the model on the data' : 'data that the model can be run on'}, so that they are chosen by what its outputs lose`;

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
