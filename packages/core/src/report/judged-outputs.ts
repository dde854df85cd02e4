import type { OutputReport, OutputsReport } from './outputs.js';

/** What something is worth, and why: a part of a verdict. */
export interface Judged {
  /** `untested`: nothing speaks against the result, and only data would tell more. */
  readonly grade: 'probably-usable' | 'untested' | 'probably-unusable';
  /** What it is judged by: the worst float output on data, all quantized weights together, or nothing that was measured. */
  readonly by: 'outputs' | 'weights' | 'nothing';
  /** Signal to noise of that, decibels; `null` where there is none: no error, or nothing measured. */
  readonly sqnrDb: number | null;
  /** A clause, for people. */
  readonly reason: string;
}

/** Below this much signal to noise, in decibels, networks are rarely right: the noise has a third of the size of the signal. */
export const leastDecibels = 10;

/** Part of the values of an output that may become NaN or infinite, or no longer be it, as those of a logarithm near 0 do. */
const mostNonFinite = 0.01;

/** By float outputs; `undefined` where none could be compared. */
export function judgeOutputs({ samples, outputs, failure }: OutputsReport): Judged | undefined {
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
  const reason = `${title} keeps ${decibelWords(sqnrDb)} ${on}${same ?? ''}`;
  return { grade: isBad(sqnrDb) ? 'probably-unusable' : 'probably-usable', by, sqnrDb, reason };
}

const isCompared = ({ isInteger, values, nonFinite }: OutputReport): boolean =>
  isInteger !== true && values + nonFinite > 0;

/** The one with the lowest signal to noise; one without an error where that is all. Those whose values are all 0 tell nothing. */
function worstOutput(compared: readonly OutputReport[]): OutputReport | undefined {
  const telling = compared.filter(({ sqnrDb, exact }) => exact || sqnrDb !== null);
  return [...telling].sort((a, b) => (a.sqnrDb ?? Infinity) - (b.sqnrDb ?? Infinity))[0];
}

export const isBad = (sqnrDb: number | null): boolean => sqnrDb !== null && sqnrDb < leastDecibels;

export const decibelWords = (sqnrDb: number | null): string =>
  sqnrDb === null ? 'every value exactly' : `${sqnrDb.toFixed(1)} dB signal to noise`;
