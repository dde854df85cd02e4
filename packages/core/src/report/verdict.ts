import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { defined } from '../contract/defined.js';
import { checkHas } from '../errors/check-kinds.js';
import { decibels } from './measure.js';
import { nextStep, type RecipeChange } from './next-step.js';
import type { OutputReport, OutputsReport } from './outputs.js';
import type { Report, WeightReport } from './report.js';

/** What a result is worth. */
export interface Verdict {
  /** `untested`: nothing speaks against the result, and only data would tell more. */
  readonly grade: 'probably-usable' | 'untested' | 'probably-unusable';
  /** What it is judged by: the worst float output on data, all quantized weights together, or nothing that was measured. */
  readonly by: 'outputs' | 'weights' | 'nothing';
  /** Signal to noise of that, decibels; `null` where there is none: no error, or nothing measured. */
  readonly sqnrDb: number | null;
  /** A clause, for people. */
  readonly reason: string;
  /** Whether the whole model takes fewer bytes than it did. */
  readonly smaller: boolean;
  /** What to try. Absent where nothing has to be, or nothing is left to try. */
  readonly next?: RecipeChange;
  /** Absent without data, and where the port cannot run its model. */
  readonly outputs?: OutputsReport;
}

/** Below this much signal to noise, in decibels, networks are rarely right: the noise has a third of the size of the signal. */
export const leastDecibels = 10;

/** Part of the values of an output that may become NaN or infinite, or no longer be it, as those of a logarithm near 0 do. */
const mostNonFinite = 0.01;

/**
 * Judges a result.
 *
 * @param energies Σw² of the original values of each weight, by id.
 */
export function verdictOf(
  report: Report,
  resolved: ResolvedPlan,
  energies: ReadonlyMap<string, number>,
  outputs: OutputsReport | undefined,
): Verdict {
  const ofWeights = judgeWeights(report.weights, energies);
  const judged = (outputs && judgeOutputs(outputs)) ?? ofWeights;
  const next =
    judged.grade === 'probably-unusable' ? nextStep(resolved, report.weights, ofWeights.sqnrDb) : undefined;
  return { ...judged, smaller: isSmaller(report), ...defined({ next, outputs }) };
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

type Judged = Pick<Verdict, 'grade' | 'by' | 'sqnrDb' | 'reason'>;

/** By float outputs; `undefined` where none could be compared. */
function judgeOutputs({ samples, outputs, failure }: OutputsReport): Judged | undefined {
  const by = 'outputs';
  if (failure !== undefined)
    return { grade: 'probably-unusable', by, sqnrDb: null, reason: `the result does not run: ${failure}` };
  const compared = outputs.filter(isCompared);
  const broken = compared.find(({ values, nonFinite }) => nonFinite > mostNonFinite * (values + nonFinite));
  const on = `on ${samples} ${samples === 1 ? 'sample' : 'samples'}`;
  if (broken !== undefined) {
    const reason = `${broken.nonFinite} values of the output ${broken.name} are NaN or infinite in one of original and result ${on}`;
    return { grade: 'probably-unusable', by, sqnrDb: broken.sqnrDb, reason };
  }
  const worst = worstOutput(compared);
  if (worst === undefined) return undefined;
  const { name, sqnrDb, classes } = worst;
  const title = compared.length === 1 ? `the output ${name}` : `the worst output, ${name},`;
  const same = classes && `; the same class in ${classes.same} of ${classes.rows}`;
  const reason = `${title} keeps ${words(sqnrDb)} ${on}${same ?? ''}`;
  return { grade: isBad(sqnrDb) ? 'probably-unusable' : 'probably-usable', by, sqnrDb, reason };
}

const isCompared = ({ isInteger, values, nonFinite }: OutputReport): boolean =>
  isInteger !== true && values + nonFinite > 0;

/** The one with the lowest signal to noise; one without an error where that is all. Those whose values are all 0 tell nothing. */
function worstOutput(compared: readonly OutputReport[]): OutputReport | undefined {
  const telling = compared.filter(({ sqnrDb, exact }) => exact || sqnrDb !== null);
  return [...telling].sort((a, b) => (a.sqnrDb ?? Infinity) - (b.sqnrDb ?? Infinity))[0];
}

function judgeWeights(rows: readonly WeightReport[], energies: ReadonlyMap<string, number>): Judged {
  const errors = rows.flatMap(({ error }) => error ?? []);
  if (rows.length === 0 || errors.length < rows.length)
    return { grade: 'untested', by: 'nothing', sqnrDb: null, reason: 'no error was measured' };
  const signal = rows.reduce((sum, { id }) => sum + (energies.get(id) ?? 0), 0);
  const noise = rows.reduce((sum, { values, error }) => sum + values * (error?.meanSquared ?? 0), 0);
  const sqnrDb = decibels(signal, noise);
  const kept = `the quantized weights together keep ${words(sqnrDb)}`;
  return isBad(sqnrDb)
    ? { grade: 'probably-unusable', by: 'weights', sqnrDb, reason: kept }
    : { grade: 'untested', by: 'weights', sqnrDb, reason: `${kept}; what the outputs keep, only data tell` };
}

const isBad = (sqnrDb: number | null): boolean => sqnrDb !== null && sqnrDb < leastDecibels;

const words = (sqnrDb: number | null): string =>
  sqnrDb === null ? 'every value exactly' : `${sqnrDb.toFixed(1)} dB signal to noise`;
