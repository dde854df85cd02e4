import { defined } from '../contract/defined.js';
import type { LabelValues, RunTensor } from '../contract/model-run.js';
import { differenceOf, mergeDifferences, sumDifferences } from './difference.js';
import { isClassOf, labelUse } from './label-use.js';
import { countEqual, topClasses } from './top-classes.js';

/** How often the original and the result name the same class as the best. */
export interface ClassAgreement {
  /** Rows of scores. */
  readonly rows: number;
  readonly same: number;
  /** same / rows */
  readonly part: number;
  /** Part of the rows, 0 … 1, in which each names the class of the label. Absent without labels. */
  readonly right?: { readonly original: number; readonly result: number };
}

/** How far an output of the result is from that of the original. */
export interface OutputReport {
  readonly name: string;
  /** Pairs of values that were compared. */
  readonly values: number;
  /** Whether every pair is equal. */
  readonly exact: boolean;
  /** 10·log10(Σ a² / Σ (a − b)²), decibels; `null` without a difference, and where all values of the original are 0. */
  readonly sqnrDb: number | null;
  /** `null` where nothing could be compared. */
  readonly largestError: number | null;
  /** Pairs that differ, of which a value is NaN or infinite; left out of the figures above. */
  readonly nonFinite: number;
  /** Pairs that are NaN in both, which count as equal. Absent without any. */
  readonly bothNaN?: number;
  /** The largest absolute value of the original, NaN and infinities left out. Absent where nothing could be compared. */
  readonly largest?: number;
  /** Its values are whole numbers, or truth values, by their type. */
  readonly isInteger?: true;
  /** Its values stand for texts. */
  readonly isText?: true;
  /** Pairs of whole numbers that are equal. */
  readonly equal?: number;
  /** Batches for which the shapes differ, as those of lists of found things may; they are in no other figure. */
  readonly otherShapes?: number;
  /** For probabilities of classes along the last axis, and for scores of classes where there are labels. */
  readonly classes?: ClassAgreement;
}

/** What the original and the result gave on a part of the data. */
export interface OutputsReport {
  readonly batches: number;
  /** As the first axis of the first input counts them. */
  readonly samples: number;
  readonly outputs: readonly OutputReport[];
  /** Why the result does not run where the original does. */
  readonly failure?: string;
}

/** Gathers what there is to say of an output, batch by batch. */
export interface OutputGatherer {
  add(original: RunTensor, result: RunTensor | undefined, labels: LabelValues | undefined): void;
  finish(): OutputReport;
}

export function gatherOutput(name: string): OutputGatherer {
  const classes = gatherClasses();
  let sums = mergeDifferences([]);
  let otherShapes = 0;
  let isInteger = false;
  let isText = false;
  let counts = { equal: 0, bothNaN: 0, largest: 0 };
  return {
    add(original, result, labels) {
      if (result?.shape.join() !== original.shape.join()) {
        otherShapes++;
        return;
      }
      isInteger = original.isInteger === true;
      isText = original.isText === true;
      sums = mergeDifferences([sums, sumDifferences(original.data, result.data)]);
      counts = countPairs(counts, original.data, result.data);
      if (!isInteger) classes.add(original, result, labels);
    },
    finish() {
      const { values, exact, sqnrDb, largestError, nonFinite } = differenceOf(sums);
      const agreement = classes.finish();
      return {
        name,
        values,
        exact: exact && otherShapes === 0,
        sqnrDb: Number.isFinite(sqnrDb) ? sqnrDb : null,
        largestError,
        nonFinite,
        ...(counts.bothNaN === 0 ? {} : { bothNaN: counts.bothNaN }),
        ...(values === 0 ? {} : { largest: counts.largest }),
        ...(isInteger ? { isInteger, equal: counts.equal } : {}),
        ...(isText ? { isText } : {}),
        ...(otherShapes === 0 ? {} : { otherShapes }),
        ...defined({ classes: agreement }),
      };
    },
  };
}

interface PairCounts {
  readonly equal: number;
  readonly bothNaN: number;
  readonly largest: number;
}

function countPairs(counts: PairCounts, original: Float32Array, result: Float32Array): PairCounts {
  let { equal, bothNaN, largest } = counts;
  for (const [i, a] of original.entries()) {
    const b = result[i] as number;
    const size = Math.abs(a);
    if (a === b) equal++;
    if (Number.isNaN(a) && Number.isNaN(b)) bothNaN++;
    if (size > largest && size < Infinity) largest = size;
  }
  return { equal, bothNaN, largest };
}

/** Counts equal classes, of probabilities and where labels say that rows are scores. */
function gatherClasses() {
  const probable = { rows: 0, same: 0, all: true };
  const labelled = { rows: 0, same: 0, original: 0, result: 0 };
  return {
    add({ shape, data }: RunTensor, result: RunTensor, labels: LabelValues | undefined): void {
      const classes = shape.at(-1) ?? 0;
      const rows = classes < 2 ? 0 : data.length / classes;
      probable.all &&= rows > 0 && areProbabilities(data, classes);
      const right = labels && labelUse({ type: 'float32', declared: null, shape }, labels);
      const isLabelled =
        right?.by === 'classes' && Array.from(right.labels).every(isClassOf(right.size.classes));
      if (probable.all) {
        const [first = [], second = []] = topsOf([data, result.data], { rows, classes });
        probable.rows += rows;
        probable.same += countEqual(first, second);
      }
      if (!isLabelled) return;
      const [first = [], second = []] = topsOf([data, result.data], right.size);
      labelled.rows += right.size.rows;
      labelled.same += countEqual(first, second);
      labelled.original += countEqual(first, right.labels);
      labelled.result += countEqual(second, right.labels);
    },
    finish(): ClassAgreement | undefined {
      const { rows, same } = probable.all ? probable : labelled;
      if (rows === 0) return undefined;
      const { original, result } = labelled;
      const right = { original: original / labelled.rows, result: result / labelled.rows };
      return { rows, same, part: same / rows, ...(labelled.rows === 0 ? {} : { right }) };
    },
  };
}

const topsOf = (both: readonly Float32Array[], size: Parameters<typeof topClasses>[1]) =>
  both.map((scores) => topClasses(scores, size));

/** What sums of probabilities may miss 1 by: those of float16 models are rounded. */
const tolerance = 0.01;

/** Whether each row is what a softmax gives: no value below 0, and their sum 1. */
export function areProbabilities(data: Float32Array, classes: number): boolean {
  for (let from = 0; from < data.length; from += classes) {
    let sum = 0;
    for (let i = from; i < from + classes; i++) {
      const value = data[i] as number;
      if (!(value >= 0)) return false;
      sum += value;
    }
    if (!(Math.abs(sum - 1) <= tolerance)) return false;
  }
  return true;
}
