import { expect, it } from 'vitest';
import { aroundChoice, differing, localChanges } from './local-losses.js';

const option = (cost: number, loss: number) => ({ costs: [cost], loss, rank: 0 });

it('finds the items that differ, as many as are asked for', () => {
  expect(differing([0, 1, 2], [0, 2, 1], 3)).toEqual([1, 2]);
  expect(differing([0, 1, 2], [0, 2, 1], 1)).toEqual([1]);
  expect(differing([0, 1], [0, 1], 1)).toEqual([]);
});

it('tells what a move changes by pairs that differ in it alone, both ways', () => {
  const base = { options: [0, 1], effect: 5 };
  const wider = { options: [1, 1], effect: 3 };
  const both = { options: [1, 0], effect: 9 };
  const known = [base, wider, both];
  const [first, second] = localChanges([0, 1], [base, wider], known);
  expect([...first]).toEqual([[1, -2]]);
  // `both` differs from `wider` in the second item alone: what it changes there counts here too.
  expect([...second]).toEqual([[0, 6]]);
  expect([...localChanges([1, 1], [base], known)[0]]).toEqual([[0, 2]]);
});

it('the first of several that tell the same counts', () => {
  const [one, other] = [
    { options: [0, 0], effect: 1 },
    { options: [0, 1], effect: 2 },
  ];
  const known = [one, other, { options: [1, 0], effect: 4 }, { options: [1, 1], effect: 9 }];
  expect(localChanges([0, 0], [one, other], known)[0].get(1)).toBe(3);
  expect(localChanges([0, 0], [other, one], known)[0].get(1)).toBe(7);
});

it('scales single effects that were not measured beside the others as those that were', () => {
  const items = [
    [option(1, 8), option(2, 4), option(3, 1)],
    [option(1, 2), option(2, 1)],
  ];
  const knapsack = { items, capacities: [9], ranks: 1 };
  const { items: around } = aroundChoice(knapsack, [1, 0], [new Map([[0, 8]]), new Map<number, number>()]);
  // The first costs 8 where its single effect says 4: twice as much.
  expect(around.map((options) => options.map(({ loss }) => loss))).toEqual([
    [8, 0, -6],
    [0, -1],
  ]);
  const far = aroundChoice(knapsack, [1, 0], [new Map([[0, 400]]), new Map<number, number>()]);
  expect(far.items[0][2].loss).toBe(-12);
});
