import { arrayOps, type ArrayTensor, type Ops } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { brokenOps } from '../../test/broken-ops.js';
import { failingLaws } from '../../test/failing-laws.js';
import { opsLaws } from './ops-laws.js';

const lawsOf = (ops: Ops<ArrayTensor>) => opsLaws(ops, (tensor) => tensor);

describe('opsLaws', () => {
  it('has a broken interpreter for each law', () => {
    expect(Object.keys(brokenOps)).toEqual(lawsOf(arrayOps).map(({ title }) => title));
  });

  it('finds nothing wrong with the array interpreter', async () => {
    expect(await failingLaws(lawsOf(arrayOps))).toEqual([]);
  });

  it.each(Object.entries(brokenOps))('finds that one is broken: %s', async (title, ops) => {
    const failures = await failingLaws(lawsOf(ops));
    expect(failures).toEqual([{ title, message: expect.any(String) }]);
  });

  it('permits rounding in division and mean as asked', async () => {
    const coarse: Ops<ArrayTensor> = {
      ...arrayOps,
      div: (a, b) => arrayOps.mul(arrayOps.div(a, b), arrayOps.constant(1 + 2 ** -20)),
    };
    expect(await failingLaws(opsLaws(coarse, (tensor) => tensor, { rounding: 2 ** -19 }))).toEqual([]);
    expect(await failingLaws(lawsOf(coarse))).toHaveLength(1);
  });
});
