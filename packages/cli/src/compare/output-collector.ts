import { LowbitError } from '@lowbit/core';

import type { OutputComparison } from './comparison.js';
import { differenceOf, mergeDifferences, sumDifferences, type DifferenceSums } from './difference.js';
import type { ModelValue } from '../model/model-interface.js';
import { countEqual, scoreRows, topClasses, type ScoreRows } from './top-classes.js';

/** One output of one run. */
export interface OutputValues {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Gathers figures about one output, batch by batch. */
export interface OutputCollector {
  /** @throws LowbitError `calibration-invalid` for a label that is no class. */
  add(a: OutputValues, b: OutputValues, labels: ArrayLike<number> | undefined): void;
  sums(): DifferenceSums;
  finish(): OutputComparison;
}

/** Makes a collector for the output that the models declare so. */
export function outputCollector(declared: ModelValue): OutputCollector {
  let sums = mergeDifferences([]);
  let otherShapes = 0;
  const top = { rows: 0, same: 0 };
  const labelled = { rows: 0, a: 0, b: 0 };
  const addScores = (rows: ScoreRows, a: OutputValues, b: OutputValues, labels?: ArrayLike<number>) => {
    const [first, second] = [topClasses(a.data, rows), topClasses(b.data, rows)];
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
      if (a.shape.join() !== b.shape.join()) {
        otherShapes++;
        return;
      }
      sums = mergeDifferences([sums, sumDifferences(a.data, b.data)]);
      const rows = scoreRows(declared.type, a.shape, declared.shape);
      if (rows !== undefined) addScores(rows, a, b, labels);
    },
    sums: () => sums,
    finish: () => ({
      name: declared.name,
      type: declared.type,
      ...differenceOf(sums),
      otherShapes,
      ...(top.rows === 0 ? {} : { top1: { ...top, part: top.same / top.rows } }),
      ...(labelled.rows === 0 ? {} : { accuracy: parts(labelled) }),
    }),
  };
}

function parts({ rows, a, b }: { readonly rows: number; readonly a: number; readonly b: number }) {
  return { rows, a: a / rows, b: b / rows };
}

function checkLabels(labels: ArrayLike<number>, { classes }: ScoreRows, output: string): void {
  const wrong = Array.from(labels).find((label) => !(label >= 0 && label < classes));
  if (wrong === undefined) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: `labels for the output ${output}`,
    expected: `classes from 0 to ${classes - 1}`,
    received: `${wrong}`,
  });
}
