import { expect, it } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { filled } from './filled.js';
import { solveKnapsack } from './knapsack.js';
import { isWithin } from './limits.js';
import { type KnownChoice } from './local-losses.js';
import { nextStep } from './next-step.js';

/** Items whose single losses halve with each further byte. */
function problem(seed: number, count: number) {
  const random = seededRandom(seed);
  const items = Array.from({ length: count }, () => {
    const scale = 1 + 9 * random();
    return [0, 1, 2, 3].map((step) => ({ loss: scale / 4 ** step, costs: [1 + step], rank: 0 }));
  });
  return { items, capacities: [Math.floor(2.5 * count)], ranks: 1 };
}

/** Explores with this truth about whole choices, and tells what was measured. */
function explore(
  knapsack: ReturnType<typeof problem>,
  truth: (options: readonly number[]) => number,
  tries?: number,
) {
  const first = filled(knapsack, solveKnapsack(knapsack)!.chosen);
  const known: KnownChoice[] = [{ options: first, effect: truth(first) }];
  const best = () =>
    known
      .filter(({ options }) => isWithin(knapsack, options))
      .reduce((one, other) => (other.effect < one.effect ? other : one));
  for (;;) {
    const within = known.filter(({ options }) => isWithin(knapsack, options));
    const next = nextStep(knapsack, best(), { known, within, ...(tries === undefined ? {} : { tries }) });
    if (next === undefined) return { known, first: known[0], best: best() };
    known.push({ options: next, effect: truth(next) });
  }
}

it('finds what single effects do not tell: weights that lose more beside the others', () => {
  const knapsack = problem(1, 12);
  // Every third loses three times as much beside the others, every other third a third.
  const factor = [3, 1 / 3, 1];
  const worth = (items: readonly number[]) => (options: readonly number[]) =>
    options.reduce((sum, to, i) => sum + (items[i % 3] ?? 1) * (knapsack.items[i]?.[to]?.loss ?? 0), 0);
  const truth = worth(factor);
  const { first, best, known } = explore(knapsack, truth);
  const exact = {
    ...knapsack,
    items: knapsack.items.map((options, i) =>
      options.map((one) => ({ ...one, loss: one.loss * (factor[i % 3] ?? 1) })),
    ),
  };
  const least = solveKnapsack(exact)!.loss;
  expect(best.effect).toBeLessThan(0.9 * first.effect);
  expect(best.effect).toBeLessThan(1.02 * least);
  expect(known.length).toBeLessThanOrEqual(12 + 24);
});

it('tries nothing twice, and no more than is allowed', () => {
  const knapsack = problem(2, 6);
  const truth = (options: readonly number[]) =>
    options.reduce((sum, to, i) => sum + (knapsack.items[i]?.[to]?.loss ?? 0), 0);
  for (const tries of [1, 5, 20]) {
    const { known } = explore(knapsack, truth, tries);
    expect(known.length).toBeLessThanOrEqual(tries);
    expect(new Set(known.map(({ options }) => options.join())).size).toBe(known.length);
    // With few tries all keep the limits.
    if (tries <= 12) expect(known.every(({ options }) => isWithin(knapsack, options))).toBe(true);
  }
});

it('does not count what was measured for other sizes, and counts what was for nearly this one', () => {
  const knapsack = problem(3, 12);
  const truth = (options: readonly number[]) =>
    options.reduce((sum, to, i) => sum + (knapsack.items[i]?.[to]?.loss ?? 0), 0);
  const { known, best } = explore(knapsack, truth);
  const within = known.filter(({ options }) => isWithin(knapsack, options));
  const tries = known.length;
  expect(nextStep(knapsack, best, { known, within, tries })).toBeUndefined();
  // One byte less: what was measured serves, and counts.
  const less = { ...knapsack, capacities: [knapsack.capacities[0]! - 1] };
  const left = known.filter(({ options }) => isWithin(less, options));
  expect(nextStep(less, left[0] ?? best, { known, within: left, tries })).toBeUndefined();
  const small = { ...knapsack, capacities: [13] };
  const first = { options: filled(small, solveKnapsack(small)!.chosen), effect: 9 };
  const all = [...known, first];
  expect(nextStep(small, first, { known: all, within: [first], tries })).toBeDefined();
});

it('measures no single weights where there is room for everything', () => {
  const knapsack = { ...problem(4, 5), capacities: [1000] };
  const { known } = explore(knapsack, () => 1);
  expect(known.length).toBe(1);
});

it('has nothing to try where there is nothing to choose', () => {
  const knapsack = { items: [[{ loss: 1, costs: [1], rank: 0 }]], capacities: [1], ranks: 1 };
  const only = { options: [0], effect: 1 };
  expect(nextStep(knapsack, only, { known: [only], within: [only] })).toBeUndefined();
});
