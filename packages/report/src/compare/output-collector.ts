import type { Batch } from '@lowbit/core';
import {
  checkArgument,
  countEqual,
  differenceOf,
  labelsOf,
  type LabelValues,
  mergeDifferences,
  sumDifferences,
  topClasses,
  type Difference,
  type DifferenceSums,
  type ModelValue,
  type OutputValues,
} from '@lowbit/core/adapter';
import { checkOutput } from './check-arguments.js';
import { checkedUse } from './checked-use.js';
import type { OutputComparison } from './comparison.js';
import { scoreRows } from './score-rows.js';

type Values = OutputValues['data'];

/** Gathers figures about one output, batch by batch. */
export interface OutputCollector {
  /**
   * @param labels As a batch has them. Those that fit the output in no way are not counted.
   * @throws LowbitError `calibration-invalid` for other labels, `invalid-argument` for what is no output.
   */
  add(a: OutputValues, b: OutputValues, labels: Batch['labels']): void;
  sums(): DifferenceSums;
  finish(): OutputComparison;
}

/** Makes a collector for the output that the models declare so. */
export function outputCollector(declared: ModelValue): OutputCollector {
  checkArgument(typeof (Object(declared) as ModelValue).name === 'string', declared, {
    where: 'outputCollector',
    expected: 'an output as a model declares it: { name, type, shape }',
  });
  let sums = mergeDifferences([]);
  let [otherShapes, bothNaN] = [0, 0];
  const top = { rows: 0, same: 0 };
  const labelled = labelCounter(declared);
  return {
    add(a, b, labels) {
      checkOutput(a, `output ${declared.name} of the first model`);
      checkOutput(b, `output ${declared.name} of the second model`);
      if (a.shape.join() !== b.shape.join()) {
        otherShapes++;
        return;
      }
      const [first, second] = [a.data, b.data];
      sums = mergeDifferences([sums, sumDifferences(first, second)]);
      bothNaN += countBothNaN(first, second);
      const rows = scoreRows(declared.type, a.shape, declared.shape);
      // Scores are floats, which no runtime gives as bigint.
      if (rows !== undefined) {
        top.rows += rows.rows;
        top.same += countEqual(topClasses(first as Scores, rows), topClasses(second as Scores, rows));
      }
      const own = ownLabels(labels, declared.name);
      if (own !== undefined) labelled.add(a, second, own);
    },
    sums: () => sums,
    finish: () => ({
      name: declared.name,
      type: declared.type,
      ...(otherShapes === 0 ? differenceOf(sums) : withUncompared(differenceOf(sums))),
      otherShapes,
      ...(bothNaN === 0 ? {} : { bothNaN }),
      ...(top.rows === 0 ? {} : { top1: { ...top, part: top.same / top.rows } }),
      ...labelled.finish(),
    }),
  };
}

/** Pairs that are NaN in both, which are equal for the figures. */
function countBothNaN(first: Values, second: Values): number {
  let count = 0;
  for (let i = 0; i < first.length; i++) if (Number.isNaN(first[i]) && Number.isNaN(second[i])) count++;
  return count;
}

/** The figures where something more could not be compared, so that nothing is exact. */
export function withUncompared<T extends Difference>(difference: T): T {
  return { ...difference, exact: false, sqnrDb: difference.sqnrDb ?? NaN };
}

function ownLabels(labels: Batch['labels'], name: string): LabelValues | undefined {
  const told = { code: 'calibration-invalid', where: `output ${name}` } as const;
  const found = labels === undefined ? undefined : labelsOf({ labels }, told);
  return found instanceof Map
    ? (found as ReadonlyMap<string, LabelValues>).get(name)
    : (found as LabelValues);
}

type Scores = ArrayLike<number>;

/** Counts how often both models are right by the labels, and how far they are from them. */
function labelCounter(declared: ModelValue) {
  const right = { count: 0, a: 0, b: 0 };
  const squares = { count: 0, a: 0, b: 0 };
  return {
    add({ shape, data: first }: OutputValues, second: Values, given: LabelValues) {
      const use = checkedUse(declared, shape, given);
      if (use === undefined) return;
      const { labels } = use;
      const [all, measured] = use.by === 'distance' ? [squares, distance] : [right, countEqual];
      const found =
        use.by === 'classes' ? (values: Values) => topClasses(values as Scores, use.size) : asNumbers;
      all.count += labels.length;
      all.a += measured(found(first), labels);
      all.b += measured(found(second), labels);
    },
    finish: () => ({
      ...(right.count > 0 && { accuracy: { rows: right.count, ...parts(right) } }),
      ...(squares.count > 0 && { labelError: { values: squares.count, ...parts(squares) } }),
    }),
  };
}

const parts = ({ count, a, b }: { readonly count: number; readonly a: number; readonly b: number }) => ({
  a: a / count,
  b: b / count,
});

/** Labels are exact in doubles where they are whole numbers of 64 bits. */
const asNumbers = (values: Values): Scores => Array.from<number | bigint | string, number>(values, Number);

/** Sum of the squared differences. */
function distance(values: Scores, labels: Scores): number {
  return Array.from(values).reduce((sum, value, i) => sum + (value - (labels[i] as number)) ** 2, 0);
}
