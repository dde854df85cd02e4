import type { ClassAgreement, OutputReport, OutputsReport } from './outputs.js';

/** What something is worth, and why: a part of a verdict. */
export interface Judged {
  /** `untested`: nothing speaks against the result, and only data would tell more. */
  readonly grade: 'probably-usable' | 'untested' | 'probably-unusable';
  /** What it is judged by: the worst float output on data (one of whole numbers where none is float), all quantized weights together, or nothing that was measured. */
  readonly by: 'outputs' | 'weights' | 'nothing';
  /** Signal to noise of that, decibels; `null` where there is none: no error, whole numbers, or nothing measured. */
  readonly sqnrDb: number | null;
  /** A clause, for people. */
  readonly reason: string;
}

/** Below this much signal to noise, in decibels, networks are rarely right: the noise has a third of the size of the signal. */
export const leastDecibels = 10;

/** Part of the values of an output that may become NaN or infinite, or no longer be it, as those of a logarithm near 0 do. */
const mostNonFinite = 0.01;

/** Part of the rows, or of the whole numbers, of which a usable result may give another class or number. More than one must differ. */
const mostChanged = 0.1;

/** Standard deviations below which nine tenths of a normal distribution lie. */
const chance = 1.2816;

/** By outputs; `undefined` where none could be compared. */
export function judgeOutputs(compared: OutputsReport): Judged | undefined {
  const judged = judgeSignal(compared);
  if (judged === undefined) return judgeIntegers(compared);
  const changed = compared.outputs.find(({ classes }) => classes && areMany(classes.rows, classes.same));
  if (changed?.classes === undefined || judged.grade === 'probably-unusable') return judged;
  const { same, rows } = changed.classes;
  const tellsItself = judged.reason.endsWith(classWords(changed.classes));
  const told = tellsItself ? judged.reason : `${judged.reason}; of ${changed.name} in ${same} of ${rows}`;
  return { ...judged, grade: 'probably-unusable', reason: `${told}, fewer than nine in ten` };
}

/** By the signal to noise of float outputs alone; `undefined` where none could be compared. */
export function judgeSignal({ samples, outputs, failure }: OutputsReport): Judged | undefined {
  const by = 'outputs';
  if (failure !== undefined)
    return { grade: 'probably-unusable', by, sqnrDb: null, reason: `the result does not run: ${failure}` };
  const compared = outputs.filter(isCompared);
  const broken = compared.find(({ values, nonFinite }) => nonFinite > mostNonFinite * (values + nonFinite));
  const on = onSamples(samples);
  if (broken !== undefined) {
    const reason = `${broken.nonFinite} values of the output ${broken.name} are NaN or infinite in one of original and result ${on}`;
    return { grade: 'probably-unusable', by, sqnrDb: broken.sqnrDb, reason };
  }
  const worst = worstOutput(compared);
  if (worst === undefined) return undefined;
  const { name, sqnrDb, classes } = worst;
  const title = compared.length === 1 ? `the output ${name}` : `the worst output, ${name},`;
  const same = classes === undefined ? '' : `; ${classWords(classes)}`;
  const kept = `${title} keeps ${decibelWords(sqnrDb)} ${on}`;
  if (isBad(sqnrDb))
    return { grade: 'probably-unusable', by, sqnrDb, reason: `${kept}${sizeWords(worst)}${same}` };
  const unknown = compared.find(({ values, bothNaN = 0 }) => bothNaN > mostNonFinite * values);
  if (unknown === undefined) return { grade: 'probably-usable', by, sqnrDb, reason: `${kept}${same}` };
  const { bothNaN, values } = unknown;
  const reason = `${bothNaN} of ${values} values of the output ${unknown.name} are NaN, in the original too, so these data tell little; of the others ${kept}${same}`;
  return { grade: 'untested', by, sqnrDb, reason };
}

/** By outputs of whole numbers, as classes that are chosen already and masks are: how many are equal. */
function judgeIntegers({ samples, outputs }: OutputsReport): Judged | undefined {
  const counted = outputs.filter(({ equal, values }) => equal !== undefined && values > 0);
  const [worst] = [...counted].sort((a, b) => partOf(a) - partOf(b));
  if (worst === undefined) return undefined;
  const { name, values, equal = 0, isText } = worst;
  const kind = isText === true ? 'text' : 'whole number';
  const title = counted.length === 1 ? `the output ${name}` : `the worst output, ${name},`;
  const reason = `${title} gives the same ${kind} in ${equal} of ${values} ${onSamples(samples)}`;
  const grade = areMany(values, equal) ? 'probably-unusable' : 'probably-usable';
  return { grade, by: 'outputs', sqnrDb: null, reason };
}

const partOf = ({ equal = 0, values }: OutputReport): number => equal / values;

/**
 * Whether so many of all rows or whole numbers are others than before that a result is not usable: more than of a result that changes
 * one in ten come by chance nine times in ten.
 */
export const areMany = (all: number, same: number): boolean =>
  all - same > Math.max(1, mostChanged * all + chance * Math.sqrt(mostChanged * (1 - mostChanged) * all));

const onSamples = (samples: number): string => `on ${samples} ${samples === 1 ? 'sample' : 'samples'}`;

const classWords = ({ same, rows }: ClassAgreement): string => `the same class in ${same} of ${rows}`;

/** How large the values are: little is lost with those that are nothing, as where a detector finds nothing. */
const sizeWords = ({ largest, largestError }: OutputReport): string =>
  largest === undefined || largestError === null
    ? ''
    : ` (largest value ${shortNumber(largest)}, largest error ${shortNumber(largestError)})`;

const shortNumber = (value: number): string => String(Number(value.toPrecision(2)));

const isCompared = ({ isInteger, values, nonFinite }: OutputReport): boolean =>
  isInteger !== true && values + nonFinite > 0;

/** The one with the lowest signal to noise; one without an error where that is all. Those whose values are all 0 tell nothing. */
function worstOutput(compared: readonly OutputReport[]): OutputReport | undefined {
  const telling = compared.filter(
    ({ sqnrDb, exact, largest }) => (exact && largest !== 0) || sqnrDb !== null,
  );
  return [...telling].sort((a, b) => (a.sqnrDb ?? Infinity) - (b.sqnrDb ?? Infinity))[0];
}

export const isBad = (sqnrDb: number | null): boolean => sqnrDb !== null && sqnrDb < leastDecibels;

export const decibelWords = (sqnrDb: number | null): string =>
  sqnrDb === null ? 'every value exactly' : `${sqnrDb.toFixed(1)} dB signal to noise`;
