import { expect, test } from 'vitest';
import { differences, digestsOf } from '../src/compare.js';
import { groups } from '../src/groups/index.js';
import { readRecorded } from '../src/recorded.js';

const recorded = readRecorded();

test('every recorded group is still made', () =>
  expect(groups.map(({ name }) => name)).toEqual(Object.keys(recorded)));

test.each(groups.map((group) => [group.name, group] as const))('%s: as recorded', async (name, group) =>
  expect(differences(recorded[name], await digestsOf(group), false)).toEqual([]),
);
