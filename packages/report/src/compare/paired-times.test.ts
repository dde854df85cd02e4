import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { pairedTimes } from './paired-times.js';

interface Golden {
  readonly times: {
    readonly a: number[];
    readonly b: number[];
    readonly medianA: number;
    readonly medianB: number;
    readonly ratio: number;
    readonly quartiles: readonly [number, number];
  };
}

const path = new URL('../../fixtures/compare/golden.json', import.meta.url);
const { times } = JSON.parse(readFileSync(path, 'utf8')) as Golden;

describe('paired times', () => {
  it('have the medians and quartiles that numpy finds', () => {
    const found = pairedTimes(times.a.map((a, i) => ({ a, b: times.b[i] as number })));
    expect(found?.rounds).toBe(9);
    expect(found?.a).toBe(times.medianA);
    expect(found?.b).toBe(times.medianB);
    expect(found?.ratio).toBe(times.ratio);
    expect(found?.lowerQuartile).toBeCloseTo(times.quartiles[0], 12);
    expect(found?.upperQuartile).toBeCloseTo(times.quartiles[1], 12);
  });

  it('compare within a round: a slow round does not count for one model alone', () => {
    const rounds = [
      { a: 10, b: 5 },
      { a: 100, b: 50 },
      { a: 12, b: 6 },
    ];
    expect(pairedTimes(rounds)).toMatchObject({ ratio: 0.5, lowerQuartile: 0.5, upperQuartile: 0.5 });
  });

  it('are none without a round', () => {
    expect(pairedTimes([])).toBeNull();
  });
});
