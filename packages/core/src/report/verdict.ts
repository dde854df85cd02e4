import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { defined } from '../contract/defined.js';
import { checkHas } from '../errors/check-kinds.js';
import { decibels } from './measure.js';
import { decibelWords, isBad, judgeOutputs, type Judged } from './judged-outputs.js';
import { nextStep, type RecipeChange, type Spoiler } from './next-step.js';
import type { OutputsReport } from './outputs.js';
import type { WeightEffects } from './weight-effects.js';
import type { Report, WeightReport } from './report.js';

/** What a result is worth. */
export interface Verdict extends Judged {
  /** Whether the whole model takes fewer bytes than it did. */
  readonly smaller: boolean;
  /** What to try. Absent where nothing has to be, or nothing is left to try. */
  readonly next?: RecipeChange;
  /** Absent without data, and where the port cannot run its model. */
  readonly outputs?: OutputsReport;
  /** Where outputs are ruined: what single weights do to them. */
  readonly weights?: WeightEffects;
}

/**
 * Judges a result.
 *
 * @param energies Σw² of the original values of each weight, by id.
 */
export function verdictOf(
  report: Report,
  resolved: ResolvedPlan,
  energies: ReadonlyMap<string, number>,
  { outputs, effects }: { readonly outputs?: OutputsReport; readonly effects?: WeightEffects },
): Verdict {
  const ofWeights = judgeWeights(report.weights, energies, outputs);
  const judged = (outputs && judgeOutputs(outputs)) ?? ofWeights;
  const smaller = isSmaller(report);
  if (judged.grade !== 'probably-unusable')
    return { ...judged, smaller, ...defined({ outputs, weights: effects }) };
  const spoiler = judged.by === 'weights' ? spoilerOf(report.weights, energies) : undefined;
  const next = nextStep(resolved, report.weights, ofWeights.sqnrDb, { ...defined({ effects, spoiler }) });
  const isLeft = spoiler !== undefined && next?.exclude !== undefined;
  const reason = isLeft
    ? `${judged.reason}, and ${decibelWords(spoiler.sqnrDb)} where ${spoiler.id} is excluded`
    : judged.reason;
  return { ...judged, reason, smaller, ...defined({ next, outputs, weights: effects }) };
}

/**
 * The report of a model that is written in another form, which takes so many bytes.
 *
 * @throws LowbitError `invalid-argument`.
 */
export function withModelBytes(report: Report, modelBytes: Report['modelBytes']): Report {
  checkHas(report, ['modelBytes'], 'withModelBytes: report', 'the report of quantize');
  checkHas(modelBytes, ['before', 'after'], 'withModelBytes: modelBytes', 'bytes before and after');
  const { verdict } = report;
  const smaller = isSmaller({ modelBytes });
  return { ...report, modelBytes, ...(verdict === undefined ? {} : { verdict: { ...verdict, smaller } }) };
}

const isSmaller = ({ modelBytes }: Pick<Report, 'modelBytes'>): boolean =>
  modelBytes.after < modelBytes.before;

function judgeWeights(
  rows: readonly WeightReport[],
  energies: ReadonlyMap<string, number>,
  outputs: OutputsReport | undefined,
): Judged {
  const errors = rows.flatMap(({ error }) => error ?? []);
  if (rows.length === 0 || errors.length < rows.length)
    return { grade: 'untested', by: 'nothing', sqnrDb: null, reason: 'no error was measured' };
  const sqnrDb = decibelsOf(rows, energies);
  const kept = `the quantized weights together keep ${decibelWords(sqnrDb)}`;
  const rest =
    outputs === undefined
      ? 'what the outputs keep, only data tell'
      : 'the outputs on these data tell nothing';
  return isBad(sqnrDb)
    ? { grade: 'probably-unusable', by: 'weights', sqnrDb, reason: kept }
    : { grade: 'untested', by: 'weights', sqnrDb, reason: `${kept}; ${rest}` };
}

/** Signal to noise of these weights together, decibels; `null` where there is no error. */
function decibelsOf(rows: readonly WeightReport[], energies: ReadonlyMap<string, number>): number | null {
  const signal = rows.reduce((sum, { id }) => sum + (energies.get(id) ?? 0), 0);
  const noise = rows.reduce((sum, { values, error }) => sum + values * (error?.meanSquared ?? 0), 0);
  return decibels(signal, noise);
}

/** The weight without which the others together keep enough, and most; `undefined` where there is none, or no other. */
function spoilerOf(
  rows: readonly WeightReport[],
  energies: ReadonlyMap<string, number>,
): Spoiler | undefined {
  const without = rows.map(({ id }) => {
    const others = rows.filter((row) => row.id !== id);
    return { id, sqnrDb: decibelsOf(others, energies) };
  });
  const rank = ({ sqnrDb }: Spoiler) => sqnrDb ?? Infinity;
  const [best] = rows.length < 2 ? [] : without.sort((a, b) => rank(b) - rank(a));
  return best === undefined || isBad(best.sqnrDb) ? undefined : best;
}
