import { checkHas, checkList } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import type { LayerFeatures } from './layer-features.js';

/** One class: the rows of its samples, and their mean `[dimensions]`. */
export interface Class {
  readonly rows: readonly number[];
  readonly mean: Float64Array;
}

/** The samples of one layer by class; classes with a single sample are left out. */
export interface Classes {
  /** Number of samples in all classes. */
  readonly count: number;
  readonly classes: readonly Class[];
  /** Mean over all samples that are left, `[dimensions]`. */
  readonly mean: Float64Array;
}

/**
 * Sorts samples by class and takes their means. A class with fewer than two samples has no spread and is dropped.
 *
 * @throws LowbitError `invalid-argument` for other kinds of values; `calibration-invalid` unless there is one label and one row of features for each sample;
 *   `non-finite` naming the index.
 */
export function classesOf(features: LayerFeatures, labels: ArrayLike<number>, where = 'features'): Classes {
  checkHas(features, ['dimensions', 'values'], `classesOf: ${where}`, 'features, { dimensions, values }');
  checkList(labels, 'classesOf: labels');
  checkFeatures(features, labels, where);
  const byLabel = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const rows = byLabel.get(labels[row]);
    if (rows === undefined) byLabel.set(labels[row], [row]);
    else rows.push(row);
  }
  const kept = [...byLabel.values()].filter((rows) => rows.length >= 2);
  const all = kept.flat();
  return {
    count: all.length,
    classes: kept.map((rows) => ({ rows, mean: meanOf(features, rows) })),
    mean: meanOf(features, all),
  };
}

/** Sums first and divides once, so that the mean of equal values is exactly their value. */
function meanOf({ dimensions, values }: LayerFeatures, rows: readonly number[]): Float64Array {
  const sums = new Float64Array(dimensions);
  for (const row of rows) {
    for (let i = 0; i < dimensions; i++) {
      sums[i] += values[row * dimensions + i];
    }
  }
  return sums.map((sum) => sum / rows.length);
}

function checkFeatures(
  { dimensions, values }: LayerFeatures,
  { length }: ArrayLike<number>,
  where: string,
): void {
  if (!(dimensions >= 1) || values.length !== dimensions * length) {
    throw new LowbitError({
      code: 'calibration-invalid',
      where,
      expected: `${length} rows of features, one a label`,
      received: `${values.length} values of ${dimensions} dimensions`,
    });
  }
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  throw new LowbitError({
    code: 'non-finite',
    where: `${where}[${index}]`,
    expected: 'finite features',
    received: String(values[index]),
    remedy: 'Check the inputs that the features were measured with, and the model on them.',
  });
}
