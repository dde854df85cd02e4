import { expect, test } from 'vitest';
import { differences, digestsOf } from '../src/compare.js';
import { groups } from '../src/groups/index.js';
import { readChanges } from '../src/changed.js';
import { readBefore, readRecorded } from '../src/recorded.js';

const recorded = readRecorded();

test('every recorded group is still made', () =>
  expect(groups.map(({ name }) => name)).toEqual(Object.keys(recorded)));

test('what was changed on purpose, or is new, stands once in a group of before, with the reason', () => {
  const before = readBefore();
  const changed = readChanges().flatMap(({ reason, digests }) => {
    expect(reason).not.toBe('');
    return Object.entries(digests).flatMap(([name, items]) => Object.keys(items).map((item) => [name, item]));
  });
  for (const [name = ''] of changed) expect(before).toHaveProperty([name]);
  expect(new Set(changed.map(String)).size).toBe(changed.length);
});

test.each(groups.map((group) => [group.name, group] as const))('%s: as recorded', async (name, group) =>
  expect(differences(recorded[name], await digestsOf(group), false)).toEqual([]),
);
