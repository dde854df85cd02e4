import { describe, expect, it } from 'vitest';
import { filled } from './filled.js';
import type { KnapsackOption } from './knapsack.js';

const options = (...all: readonly (readonly [loss: number, cost: number])[]): KnapsackOption[] =>
  all.map(([loss, cost], rank) => ({ loss, costs: [cost], rank }));
const items = [options([9, 1], [4, 2], [1, 4]), options([5, 1], [3, 2], [2, 4])];
const problem = (capacity: number, own = items) => ({ items: own, capacities: [capacity], ranks: 3 });

describe('what is left', () => {
  it('goes to what saves most, step by step', () => {
    expect(filled(problem(3), [1, 0])).toEqual([1, 0]);
    expect(filled(problem(4), [0, 0])).toEqual([1, 1]);
    expect(filled(problem(5), [0, 0])).toEqual([2, 0]);
    expect(filled(problem(8), [0, 0])).toEqual([2, 2]);
  });

  it('is the same list where nothing fits', () => {
    const full = [2, 0];
    expect(filled(problem(5), full)).toBe(full);
  });

  it('keeps to ranks that do not rise', () => {
    expect(filled(problem(5), [1, 1])).toEqual([1, 1]);
    expect(filled(problem(6), [1, 1])).toEqual([2, 1]);
    const late = [options([1, 1], [1, 9]), options([5, 1], [3, 2])];
    expect(filled({ ...problem(6, late) }, [0, 0])).toEqual([0, 0]);
  });

  it('is not spent on what loses more', () => {
    expect(filled(problem(9, [options([1, 1], [2, 2])]), [0])).toEqual([0]);
  });

  it('counts of every resource', () => {
    const two = [
      [
        { loss: 2, costs: [1, 1], rank: 0 },
        { loss: 1, costs: [2, 9], rank: 0 },
      ],
    ];
    expect(filled({ items: two, capacities: [5, 8], ranks: 1 }, [0])).toEqual([0]);
    expect(filled({ items: two, capacities: [5, 9], ranks: 1 }, [0])).toEqual([1]);
  });
});
