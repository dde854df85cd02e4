import type { WeightReport } from '@lowbit/core';
import { expect, it } from 'vitest';
import { compareBy, weightColumns } from './weight-columns.js';

const weight = (id: string, sqnrDb: number | null) =>
  ({ id, error: { sqnrDb, largest: sqnrDb === null ? 0 : 1 } }) as WeightReport;
const column = (label: string) => weightColumns.find((each) => each.label === label)!;

it('sorts names as people count', () => {
  const sorted = [weight('conv10', 1), weight('conv9', 2)].sort(compareBy(column('Weight')));
  expect(sorted.map(({ id }) => id)).toEqual(['conv9', 'conv10']);
});

it('sorts a weight without any error as the best', () => {
  const sorted = [weight('exact', null), weight('a', 40), weight('b', -3)].sort(compareBy(column('SQNR')));
  expect(sorted.map(({ id }) => id)).toEqual(['b', 'a', 'exact']);
});
