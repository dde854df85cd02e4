import { policyLaws } from '@lowbit/conformance';
import { describe, expect, it } from 'vitest';
import { lossBudget } from './loss-budget.js';

const weights = [
  { id: 'stem', count: 100, deviation: 1 },
  { id: 'body', count: 100, deviation: 0.1 },
  { id: 'head', count: 1000, deviation: 5 },
];
const draft = [
  { id: 'stem', bits: 8, reason: 'default' },
  { id: 'body', bits: 8, reason: 'default' },
  { id: 'head', bits: 'float' as const, reason: 'excluded' },
  { id: 'other', bits: 8, reason: 'default' },
];

describe('lossBudget', () => {
  it('spends the budget of what is quantized and leaves the rest alone', () => {
    const result = lossBudget({ weights, bitsPerWeight: 4 }).assign(draft, [], { options: {} });
    expect(result.map(({ id, bits }) => [id, bits])).toEqual([
      ['stem', 6],
      ['body', 2],
      ['head', 'float'],
      ['other', 8],
    ]);
    expect(result[0]!.reason).toBe('loss budget: 6 bits, expected loss 0.0010 of the variance');
    expect(result[2]).toBe(draft[2]);
  });

  const measured = [{ id: 'features.0/kernel', count: 432, deviation: 0.2 }];
  for (const law of policyLaws(lossBudget({ weights: measured, bitsPerWeight: 3, widths: [2, 4, 8] }))) {
    it(law.title, law.run);
  }
});
