import { describe, expect, it } from 'vitest';
import { brokenRounders, honest } from '../../test/broken-rounders.js';
import { failingLaws } from '../../test/failing-laws.js';
import { rounderLaws } from './rounder-laws.js';

describe('rounderLaws', () => {
  it('has a broken rounder for each law', () => {
    expect(Object.keys(brokenRounders)).toEqual(rounderLaws(honest).map(({ title }) => title));
  });

  it('finds nothing wrong with one that takes the nearest levels', async () => {
    expect(await failingLaws(rounderLaws(honest))).toEqual([]);
  });

  it.each(Object.entries(brokenRounders))('finds that one is broken: %s', async (title, rounder) => {
    const failures = await failingLaws(rounderLaws(rounder));
    expect(failures).toEqual([{ title, message: expect.any(String) }]);
  });
});
