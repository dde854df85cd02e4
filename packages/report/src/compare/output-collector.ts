import { LowbitError } from '@lowbit/core';
import {
  checkArgument,
  countEqual,
  differenceOf,
  mergeDifferences,
  sumDifferences,
  topClasses,
  type Difference,
  type DifferenceSums,
  type ModelValue,
  type OutputValues,
} from '@lowbit/core/adapter';
import { checkOutput } from './check-arguments.js';
import type { OutputComparison } from './comparison.js';
import { scoreRows, type ScoreRows } from './score-rows.js';

type Values = ArrayLike<number>;

/** Gathers figures about one output, batch by batch. */
export interface OutputCollector {
  /** @throws LowbitError `calibration-invalid` for a label that is no class, `invalid-argument` for what is no output. */
  add(a: OutputValues, b: OutputValues, labels: Values | undefined): void;
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
  let otherShapes = 0;
  const top = { rows: 0, same: 0 };
  const labelled = { rows: 0, a: 0, b: 0 };
  const addScores = (rows: ScoreRows, a: Values, b: Values, labels?: Values) => {
    const [first, second] = [topClasses(a, rows), topClasses(b, rows)];
    top.rows += rows.rows;
    top.same += countEqual(first, second);
    if (labels?.length !== rows.rows) return;
    checkLabels(labels, rows, declared.name);
    labelled.rows += rows.rows;
    labelled.a += countEqual(first, labels);
    labelled.b += countEqual(second, labels);
  };
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
      const rows = scoreRows(declared.type, a.shape, declared.shape);
      // Scores are floats, which no runtime gives as bigint.
      if (rows !== undefined) addScores(rows, first as Values, second as Values, labels);
    },
    sums: () => sums,
    finish: () => ({
      name: declared.name,
      type: declared.type,
      ...(otherShapes === 0 ? differenceOf(sums) : withUncompared(differenceOf(sums))),
      otherShapes,
      ...(top.rows === 0 ? {} : { top1: { ...top, part: top.same / top.rows } }),
      ...(labelled.rows === 0 ? {} : { accuracy: parts(labelled) }),
    }),
  };
}

/** The figures where something more could not be compared, so that nothing is exact. */
export function withUncompared<T extends Difference>(difference: T): T {
  return { ...difference, exact: false, sqnrDb: difference.sqnrDb ?? NaN };
}

function parts({ rows, a, b }: { readonly rows: number; readonly a: number; readonly b: number }) {
  return { rows, a: a / rows, b: b / rows };
}

function checkLabels(labels: Values, { classes }: ScoreRows, output: string): void {
  const wrong = Array.from(labels).find((label) => !(label >= 0 && label < classes));
  if (wrong === undefined) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: `labels for the output ${output}`,
    expected: `classes from 0 to ${classes - 1}`,
    received: `${wrong}`,
  });
}
