import { byName, byOp, cascade, ends, everywhere } from '@lowbit/core';
import { atLeast, budget, byShape, float } from '@lowbit/core/policy';
import { describe, expect, it } from 'vitest';
import { brokenPolicies, honest } from '../../test/broken-policies.js';
import { failingLaws } from '../../test/failing-laws.js';
import { policyLaws } from './policy-laws.js';

describe('policyLaws', () => {
  it('has a broken policy for each law', () => {
    expect(Object.keys(brokenPolicies)).toEqual(policyLaws(honest).map(({ title }) => title));
  });

  it.each([
    honest,
    everywhere(4),
    ends('float'),
    byOp({ Conv: 2 }),
    byName({ 'features.*': 4 }),
    cascade(everywhere(4), ends(8)),
    budget({ averageBits: 8 }),
    cascade(ends(8), atLeast(3), budget({ averageBits: 10, decreasing: true })),
    byShape({ rank: 4, bits: 3 }),
    float('features.*'),
  ])('finds nothing wrong with $name', async (policy) => {
    expect(await failingLaws(policyLaws(policy))).toEqual([]);
  });

  it.each(Object.entries(brokenPolicies))('finds that one is broken: %s', async (title, policy) => {
    const failures = await failingLaws(policyLaws(policy));
    expect(failures).toEqual([{ title, message: expect.any(String) }]);
  });

  it('judges a policy on other layers when asked to', async () => {
    const draft = [{ id: 'only', bits: 8, reason: 'default' }];
    expect(await failingLaws(policyLaws(honest, { draft, layers: [] }))).toEqual([]);
  });
});
