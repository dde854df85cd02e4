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

  it('spends bytes as they are in the file, what is decided counted', () => {
    const policy = lossBudget({ weights, bytes: 200, widths: [2, 4, 8] });
    const items = ['stem', 'body', 'other'].map((id, depth) => ({
      ids: [id],
      layer: id,
      depth,
      values: 100,
      candidates: [2, 4, 8].map((bits) => ({
        candidate: `${bits}`,
        bits,
        storedBytes: 5 + 10 * bits,
        memoryBytes: 400,
        weightError: 0,
      })),
    }));
    const format = { format: 'lowbit-measurements', version: 1, port: 'memory' } as const;
    const measurements = { ...format, items, joint: [], written: [] };
    const assigned = (bytes: number, more = {}) =>
      lossBudget({ weights, bytes, widths: [2, 4, 8] })
        .assign(draft, [], { options: {}, measurements, ...more })
        .map(({ bits }) => bits);
    expect(policy.budget?.({})).toMatchObject({ bytes: 200, effects: false });
    expect(assigned(195)).toEqual([8, 2, 'float', 8]);
    expect(assigned(170)).toEqual([4, 2, 'float', 8]);
    expect(assigned(255)).toEqual([8, 8, 'float', 8]);
    expect(assigned(195, { decided: new Set(['body']) })).toEqual([2, 8, 'float', 8]);
    expect(() => assigned(134)).toThrow('at least 135 bytes');
  });

  it('wants one limit', () => {
    expect(() => lossBudget({ weights })).toThrow('received none');
    expect(() => lossBudget({ weights, bytes: 1, bitsPerWeight: 1 })).toThrow('received both');
  });

  const measured = [{ id: 'features.0/kernel', count: 432, deviation: 0.2 }];
  for (const law of policyLaws(lossBudget({ weights: measured, bitsPerWeight: 3, widths: [2, 4, 8] }))) {
    it(law.title, law.run);
  }
  for (const law of policyLaws(lossBudget({ weights: measured, bytes: 1e6, widths: [2, 4, 8] }))) {
    it(`${law.title}, with bytes`, law.run);
  }
});
