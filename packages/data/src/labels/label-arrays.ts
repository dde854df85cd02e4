import type { LowbitError } from '@lowbit/core';
import { arrayRows } from '../batches/array-rows.js';
import type { InputValues } from '../batches/row-data.js';
import type { DataFile } from '../bytes/data-file.js';
import { worded } from '../input/placement.js';
import { npyFile, type ArrayFile } from '../npy/array-file.js';
import { npzFile } from '../npy/npz-file.js';
import { invalid } from '../problems.js';
import type { LabelLookup } from '../batches/label-lookup.js';

/** Labels in one array, whose first axis counts the samples. @throws LowbitError `calibration-invalid`, `file-unreadable`. */
export async function arrayLabels(file: DataFile): Promise<LabelLookup> {
  const rows = rowsOf('labels', await npyFile(file));
  const reader = rows.open();
  return {
    take: async (first, { length }) => {
      if (first + length > rows.count) throw mismatch(file.where, rows.count, `at least ${first + length}`);
      return plain(await reader.take(length));
    },
    checkCount: (samples) => checkCount(file.where, rows.count, samples),
    close: () => reader.close(),
  };
}

/** Labels in an archive of arrays that are called like the outputs of the model. @throws LowbitError as {@link arrayLabels}. */
export async function archiveLabels(file: DataFile): Promise<LabelLookup> {
  const arrays = [...(await npzFile(file))];
  if (arrays.length === 0) throw invalid(file.where, { expected: 'arrays of labels', received: 'none' });
  const all = arrays.map(([name, array]) => ({ where: array.where, rows: rowsOf(name, array) }));
  const readers = all.map(({ rows }) => rows.open());
  return {
    async take(first, { length }) {
      for (const { where, rows } of all)
        if (first + length > rows.count) throw mismatch(where, rows.count, `at least ${first + length}`);
      const labels: [string, ReturnType<typeof plain>][] = [];
      for (const reader of readers) labels.push([reader.input.name, plain(await reader.take(length))]);
      return Object.fromEntries(labels);
    },
    checkCount: (samples) => all.forEach(({ where, rows }) => checkCount(where, rows.count, samples)),
    async close() {
      for (const reader of readers) await reader.close();
    },
  };
}

/** A number a sample is a list. */
const plain = ({ shape, data }: InputValues) => (shape.length === 1 ? data : { shape, data });

/** The array is read like an input that has its own shape, with any number of samples. */
function rowsOf(name: string, array: ArrayFile) {
  const { shape, type } = array.header;
  if (shape.length === 0)
    throw invalid(array.where, {
      expected: 'labels whose first axis counts the samples',
      received: worded(shape),
    });
  const elements = { float: 'float64', integer: 'int64', bool: 'bool' } as const;
  return arrayRows({ name, type: elements[type.kind], shape: ['samples', ...shape.slice(1)] }, [array]);
}

function checkCount(where: string, labels: number, samples: number): void {
  if (samples !== labels) throw mismatch(where, labels, `${samples}`);
}

function mismatch(where: string, labels: number, samples: string): LowbitError {
  return invalid(where, {
    expected: `as many labels as samples, ${samples}`,
    received: `${labels}`,
    remedy: 'Give an array whose first axis counts the samples, in their order.',
  });
}
