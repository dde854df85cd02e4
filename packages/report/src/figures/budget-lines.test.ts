import { describe, expect, it } from 'vitest';
import type { BudgetReport } from '@lowbit/core/policy';
import { budgetLines } from './budget-lines.js';

const budget = (more: Partial<BudgetReport> = {}): BudgetReport => ({
  limits: { bytes: 1_500_000 },
  choice: { a: '4', b: '8' },
  predicted: 0.01234,
  bytes: 1_498_765,
  leastBytes: 900_001,
  effect: { of: 'outputs', samples: 64 },
  measured: { effect: 0.02, sqnrDb: 17.04 },
  step: { ids: ['a'], from: '4', to: '5', bytes: 1_500_700.4 },
  ...more,
});
const said = (more?: Partial<BudgetReport>) => budgetLines(budget(more)).join('\n').replaceAll('\u202f', ' ');

describe('what became of a budget', () => {
  it('is told with what bits were chosen by', () => {
    expect(said()).toBe(
      [
        '1 498 765 of 1 500 000 bytes, 99.9 %',
        'with these choices it takes 900 001 bytes at least',
        'bits by what each weight does to the outputs of 64 samples: 0.0123 in sum, 0.02 together',
        'signal to noise of the outputs on 64 samples: 17.0 dB when bits were chosen, each weight in its nearest codes',
      ].join('\n'),
    );
  });

  it('with the cheapest further step where it is not well used', () => {
    const step = 'the cheapest further step, a with 5 in place of 4 bits, takes it to 1 500 700 bytes';
    expect(said({ bytes: 1_400_000 })).toContain(step);
    expect(said({ bytes: 1_400_000 })).not.toContain('not better');
    const near = { ids: ['a'], from: '4', to: '5', bytes: 1_450_000 };
    expect(said({ bytes: 1_400_000, step: near })).toContain('what more bytes could buy is not better');
    const most = budget({ bytes: 1_400_000 });
    Reflect.deleteProperty(most, 'step');
    expect(budgetLines(most)).toContain('every weight has the most that it may have');
  });

  it('with how well classes are separated by depth, at six layers at most', () => {
    const layers = Array.from({ length: 11 }, (_, i) => ({ layer: `l${i}`, value: i / 8 }));
    const separability = layers.slice(0, 2);
    expect(said({ separability })).toContain('classes are separated, by depth (trace ratio): l0 0, l1 0.125');
    expect(said({ separability: layers })).toContain('l0 0, l2 0.25, l4 0.5, l6 0.75, l8 1, l10 1.25');
    expect(said({ separability: [{ layer: 'only', value: 2 }] })).toContain('(trace ratio): only 2');
  });

  it('with the average that was attained where one was asked for', () => {
    const given = { limits: { averageBits: 3 }, averageBits: 2.987 };
    expect(said(given)).toMatch(/^2\.99 of 3 stored bits a value, 99\.6 %\n/);
    expect(said({ averageBits: 2.987 })).not.toContain('stored bits');
  });

  it('with the limits of quality', () => {
    const measured = { effect: 0.02, sqnrDb: null, loss: 0.4 };
    const lines = said({ limits: { maxLoss: 1, minSqnr: 30 }, measured });
    expect(lines).toContain('0.4 points lost of 1 that may be lost when bits were chosen');
    expect(lines).toContain('outputs on 64 samples: 30.0 dB were asked for; exact when bits were chosen');
    expect(lines).not.toContain('bytes');
  });

  it('with what was written, and what bits were chosen by where that is something else', () => {
    const given = {
      limits: { minSqnr: 25, maxLoss: 1 },
      measured: { effect: 0.02, sqnrDb: 28.41, loss: 0.6 },
    };
    const lines = said({ ...given, result: { effect: 0.001, sqnrDb: 42.43, loss: 0.25 } });
    expect(lines).toContain(
      'signal to noise of the outputs on 64 samples: 42.4 dB; 25.0 dB were asked for; 28.4 dB when bits were chosen, each weight in its nearest codes',
    );
    expect(lines).toMatch(/0\.25 points lost of 1 that may be lost$/);
    const one = said({ effect: { of: 'outputs', samples: 1 } });
    expect(one).toContain('signal to noise of the outputs on 1 sample: 17.0 dB when');
    const same = said({ ...given, result: { effect: 0.02, sqnrDb: 28.44 } });
    expect(same).toContain('signal to noise of the outputs on 64 samples: 28.4 dB; 25.0 dB were asked for\n');
  });

  it('with what is smaller and misses a limit of quality', () => {
    const missed = { bytes: 45_678, sqnrDb: 28.44 };
    const lines = said({ limits: { minSqnr: 30 }, missed });
    expect(lines).toContain('the next smaller that was written, of 45 678 bytes, keeps 28.4 dB');
    expect(said({ missed: { ...missed, loss: 2.5 } })).toMatch(/keeps 28.4 dB and loses 2.5 points$/);
  });

  it('as unverified without data', () => {
    const without = budget();
    Reflect.deleteProperty(without, 'effect');
    expect(budgetLines(without)).toHaveLength(2);
    expect(budgetLines({ ...without, unverified: true })).toContainEqual(
      expect.stringContaining('unverified: bits were chosen by'),
    );
  });
});
