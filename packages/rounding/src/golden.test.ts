import { readFileSync } from 'node:fs';
import type { Scheme } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { descend } from './coordinate-descent.js';
import { factorOf, gptqRanks } from './gptq.js';
import { learnedRanks } from './learned.js';
import { levelsIn } from './levels.js';
import { optimalRanks, searchFactor } from './optimal.js';
import { nearestRanks, totalError, type RoundingProblem } from './problem.js';
import { byActivity, dampedFactor } from './factor.js';

interface Golden {
  readonly name: string;
  readonly channels: number;
  readonly inputs: number;
  readonly scheme: Record<string, unknown>;
  readonly slices: readonly number[];
  readonly values: readonly number[];
  readonly gram: readonly number[];
  readonly ranks: Readonly<Record<string, readonly number[]>>;
}

const golden = JSON.parse(
  readFileSync(new URL('../fixtures/golden.json', import.meta.url), 'utf8'),
) as readonly Golden[];

/** A scheme with its lists as float32 arrays. */
const schemeOf = (stored: Golden['scheme']): Scheme =>
  Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [
      name,
      Array.isArray(value) ? Float32Array.from(value as number[]) : value,
    ]),
  ) as unknown as Scheme;

const problemOf = ({ scheme, values, gram, ...others }: Golden): RoundingProblem => ({
  ...others,
  levels: levelsIn(schemeOf(scheme)),
  values: Float32Array.from(values),
  gram: Float32Array.from(gram),
});

const damping = 0.01;
const settings = { damping, sweeps: 100 };

describe.each(golden.map((one) => [one.name, one] as const))('%s', (_, one) => {
  const problem = problemOf(one);
  const { inputs, gram } = problem;
  const inTurn = () => gptqRanks(problem, factorOf(problem, damping, false));
  const chosen: Readonly<Record<string, () => ArrayLike<number>>> = {
    nearest: () => nearestRanks(problem),
    gptq: inTurn,
    gptqByActivity: () => gptqRanks(problem, dampedFactor(gram, inputs, byActivity(gram, inputs), damping)),
    descentFromNearest: () => descend(problem, nearestRanks(problem), settings),
    descentFromGptq: () => descend(problem, inTurn(), settings),
    optimal: () => optimalRanks(problem, searchFactor(problem, damping)),
    learned: () => learnedRanks(problem, { iterations: 300 }),
  };

  test.each(Object.keys(one.ranks))('%s chooses what numpy does', (name) => {
    expect(Array.from(chosen[name]!())).toEqual(one.ranks[name]);
  });

  test('the error is (q − w) H (q − w)ᵀ', () => {
    const ranks = nearestRanks(problem);
    let sum = 0;
    const d = (channel: number, i: number) => {
      const at = channel * inputs + i;
      return problem.levels.value(ranks[at]!, one.slices[at]!) - problem.values[at]!;
    };
    for (let channel = 0; channel < one.channels; channel++)
      for (let i = 0; i < inputs; i++)
        for (let j = 0; j < inputs; j++) sum += d(channel, i) * gram[i * inputs + j]! * d(channel, j);
    expect(totalError(problem, ranks) / sum).toBeCloseTo(1, 10);
  });
});
