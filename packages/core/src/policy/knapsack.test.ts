import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../numeric/random.js';
import { type KnapsackOption, type KnapsackProblem, leastCost, solveKnapsack } from './knapsack.js';

/** The best of all choices, tried one by one. */
function bruteForce({ items, capacities, ranks }: KnapsackProblem): number {
  const walk = (item: number, loss: number, costs: readonly number[], rank: number): number => {
    if (costs.some((cost, i) => cost > capacities[i])) return Infinity;
    if (item === items.length) return loss;
    const losses = items[item]
      .filter((option) => option.rank <= rank)
      .map((option) =>
        walk(
          item + 1,
          loss + option.loss,
          costs.map((cost, i) => cost + option.costs[i]),
          option.rank,
        ),
      );
    return Math.min(Infinity, ...losses);
  };
  return walk(0, 0, new Array<number>(capacities.length).fill(0), ranks - 1);
}

/** Items as weights are: more bits cost more and lose less, up to what chance adds. */
function randomProblem(random: Random, items: number, options: number, resources: number, ranks: boolean) {
  const made = Array.from({ length: items }, () => {
    const size = 1 + Math.floor(999 * random() ** 3);
    const weight = random() ** 4;
    return Array.from({ length: options }, (_, bits): KnapsackOption => {
      const costs = Array.from({ length: resources }, (__, i) =>
        Math.ceil(size * (bits + 1) * (i + random())),
      );
      return { costs, loss: (weight * (0.5 + random())) / 4 ** bits, rank: ranks ? bits : 0 };
    });
  });
  const most = Array.from({ length: resources }, (_, i) =>
    made.reduce((sum, own) => sum + Math.max(...own.map(({ costs }) => costs[i])), 0),
  );
  const capacities = most.map((cost) => Math.floor(cost * (0.2 + 0.6 * random())));
  return { items: made, capacities, ranks: ranks ? options : 1 };
}

describe.each([
  ['one resource', 1, false],
  ['widths that fall', 1, true],
  ['two resources', 2, false],
  ['two resources and widths that fall', 2, true],
])('with %s', (_, resources, ranks) => {
  it('equals brute force on small random instances', () => {
    const random = seededRandom(17);
    for (let i = 0; i < 60; i++) {
      const problem = randomProblem(random, 1 + Math.floor(6 * random()), 2 + (i % 3), resources, ranks);
      const best = bruteForce(problem);
      const solution = solveKnapsack(problem);
      expect(solution?.loss ?? Infinity).toBeCloseTo(best, 12);
      if (solution === undefined) continue;
      expect(solution.bound).toBe(solution.loss);
      expect(solution.costs.every((cost, at) => cost <= problem.capacities[at])).toBe(true);
    }
  });

  it('says how far from the best a large instance may be, the same each time', () => {
    const random = seededRandom(3);
    const problem = randomProblem(random, 60, 5, resources, ranks);
    const solution = solveKnapsack(problem)!;
    // What rounding to whole options may cost; widths that fall move many items at once.
    const most = ranks ? 0.2 : 0.02;
    expect(solution.loss - solution.bound).toBeLessThanOrEqual(most * solution.loss);
    expect(solveKnapsack(problem)).toEqual(solution);
  });
});

it('says what is needed at least where nothing can be afforded', () => {
  const option = (cost: number, rank: number): KnapsackOption => ({ loss: 1 / cost, costs: [cost], rank });
  const items = [[option(3, 0), option(5, 1)], [option(9, 1)]];
  const falling = { items, capacities: [11], ranks: 2 };
  expect(solveKnapsack(falling)).toBeUndefined();
  // The second has the rank 1 alone, so the first has too.
  expect(leastCost(falling, 0)).toBe(14);
  const free = { ...falling, items: items.map((own) => own.map((one) => ({ ...one, rank: 0 }))), ranks: 1 };
  expect(leastCost(free, 0)).toBe(12);
  expect(solveKnapsack({ ...free, capacities: [12] })?.chosen).toEqual([0, 0]);
});

it('takes whatever loses least where all can be afforded', () => {
  const options = [4, 2, 1].map((loss, i) => ({ loss, costs: [i], rank: 0 }));
  const solution = solveKnapsack({ items: [options, options], capacities: [10], ranks: 1 });
  expect(solution).toEqual({ chosen: [2, 2], loss: 2, costs: [4], bound: 2 });
  expect(solveKnapsack({ items: [], capacities: [0], ranks: 1 })?.chosen).toEqual([]);
});
