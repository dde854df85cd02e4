import { expect, it } from 'vitest';
import type { BudgetItem, BudgetProblem } from './budget-problem.js';
import { smallestOfFewKinds } from './fewer-kinds.js';

/** Items by what each candidate takes; fewer bits lose more. */
function problemOf(
  sizes: readonly Readonly<Record<string, number>>[],
  more: readonly Partial<BudgetItem>[] = [],
): BudgetProblem {
  const items = sizes.map((own, i) => ({
    ids: [`w${i}`],
    values: 10,
    options: Object.entries(own).map(([key, storedBytes]) => {
      const bits = Number(key);
      return {
        key,
        bits,
        storedBytes,
        valueBytes: storedBytes,
        loss: 1 / bits,
        bitOperations: 0,
        rank: bits,
      };
    }),
    ...more[i],
  }));
  return { items, ranks: 9, isMeasured: false, otherBytes: 0, otherWeightBytes: 0 };
}

const chosen = (problem: BudgetProblem, kindBytes: number, decreasing = false) =>
  Object.values(smallestOfFewKinds(problem, { decreasing }, kindBytes)!.choice).join(' ');

it('a weight has what others have where that takes no more', () => {
  const problem = problemOf([
    { 4: 60, 8: 90 },
    { 4: 50, 8: 50 },
    { 4: 60, 8: 90 },
  ]);
  expect(chosen(problem, 0)).toBe('4 8 4');
  expect(chosen(problem, 1)).toBe('4 4 4');
});

it('a kind is let go where that takes fewer bytes than it does', () => {
  const problem = problemOf([{ 4: 60 }, { 2: 30, 4: 49 }, { 3: 40, 4: 50 }]);
  expect(chosen(problem, 9)).toBe('4 2 3');
  expect(chosen(problem, 11)).toBe('4 2 4');
  expect(chosen(problem, 20)).toBe('4 4 4');
});

it('all kinds are let go at once where one alone saves nothing', () => {
  const problem = problemOf([
    { 2: 30, 8: 36 },
    { 3: 30, 8: 36 },
    { 4: 30, 8: 36 },
  ]);
  expect(chosen(problem, 8)).toBe('2 3 4');
  expect(chosen(problem, 10)).toBe('8 8 8');
});

it('what was decided by others is a kind of its own', () => {
  const decided = { isDecided: true } as const;
  const problem = problemOf([{ 8: 60 }, { 4: 50, 8: 55 }], [decided]);
  expect(chosen(problem, 100)).toBe('8 4');
});

it('bits never rise with depth where they are to fall', () => {
  const problem = problemOf([
    { 4: 60, 8: 70 },
    { 2: 30, 8: 31 },
  ]);
  expect(chosen(problem, 0, true)).toBe('4 2');
  expect(chosen(problem, 12, true)).toBe('8 8');
});
