import { checkHas, checkNumbers } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { labelsOf, type LabelPlace } from './labels.js';
import type { Batch, LabelValues } from './model-run.js';
import { strangeLabel } from './strange-label.js';

/**
 * The class of each sample: of labels that are one number a sample, or a row for each with 1 at the class. Of labels by output, those of
 * the one output that has classes count.
 *
 * @param sizes How many samples the batch may have.
 * @throws LowbitError `calibration-invalid` where samples have no class each.
 */
export function classLabels(
  batch: Batch,
  sizes: readonly number[],
  place: Omit<LabelPlace, 'code'>,
): number[] {
  checkNumbers(sizes, 'classLabels(batch, sizes, place)');
  checkHas(place, ['where'], 'classLabels(batch, sizes, place)', 'a place, { where }');
  const told = { code: 'calibration-invalid', ...place } as const;
  const labels = labelsOf(batch, told);
  const where = `${place.where}: labels`;
  if (labels === undefined) throw without(where, sizes, 'none');
  if (!(labels instanceof Map)) return classesOf(labels as LabelValues, sizes, where);
  const all = [...(labels as ReadonlyMap<string, LabelValues>)];
  const fitting = all.filter(([, values]) => isPerSample(values, sizes));
  const [[name, values] = [], other] = fitting.length === 0 && all.length === 1 ? all : fitting;
  if (values !== undefined && other === undefined)
    return classesOf(values, sizes, `${where} of output '${name}'`);
  const received =
    fitting.length === 0 ? shapesOf(all) : `classes of ${fitting.map(([id]) => id).join(', ')}`;
  throw without(where, sizes, received);
}

function classesOf(values: LabelValues, sizes: readonly number[], where: string): number[] {
  if (!isPerSample(values, sizes)) throw without(where, sizes, `shape [${values.shape.join(', ')}]`);
  const { shape, data } = values;
  if (shape.length > 1 && shape[1] !== 1) return onesOf(values);
  const strange = strangeLabel(data);
  if (strange === undefined) return Array.from(data, Number);
  const { place, ...rest } = strange;
  throw new LowbitError({ code: 'calibration-invalid', where: `${where}, at ${place}`, ...rest });
}

/** Whether there is a number, or a row with a single 1 among zeros, for each sample. */
function isPerSample({ shape, data }: LabelValues, sizes: readonly number[]): boolean {
  const [samples = 0, classes = 1] = shape;
  if (samples === 0 || !sizes.includes(samples) || shape.length > 2) return false;
  return (
    classes === 1 ||
    (Array.from(data).every((value) => value === 0 || value === 1) && onesPerRow(shape, data))
  );
}

function onesPerRow([samples = 0, classes = 1]: readonly number[], data: ArrayLike<number>): boolean {
  const rows = Array.from({ length: samples }, (_, row) =>
    Array.from(data).slice(row * classes, (row + 1) * classes),
  );
  return rows.every((row) => row.filter((value) => value === 1).length === 1);
}

function onesOf({ shape: [, classes = 1], data }: LabelValues): number[] {
  return Array.from(data).flatMap((value, i) => (value === 1 ? [i % classes] : []));
}

const shapesOf = (all: readonly (readonly [string, LabelValues])[]) =>
  all.map(([name, { shape }]) => `${name} of shape [${shape.join(', ')}]`).join(', ');

function without(where: string, sizes: readonly number[], received: string): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where,
    expected: `a class for each sample, that is ${[...new Set(sizes)].join(' or ')}`,
    received,
    remedy:
      'Give each batch the class numbers of its samples as `labels`, of one output; or leave the labels out of all batches: a policy then decides without data.',
  });
}
