import { expect, it } from 'vitest';

import { timeRounds } from './time-rounds.js';

it('times both in every round, and who goes first alternates', async () => {
  const order: string[] = [];
  let clock = 0;
  const work = (name: string, milliseconds: number) => async () => {
    order.push(name);
    clock += milliseconds;
  };
  const runs = {
    a: work('a', 10),
    b: work('b', 4),
    before: async (round: number) => {
      order.push(String(round));
      clock += 100;
    },
    now: () => clock,
  };
  expect(await timeRounds(runs, 3)).toEqual([1, 2, 3].map(() => ({ a: 10, b: 4 })));
  expect(order.join(' ')).toBe('0 a 0 b 1 b 1 a 2 a 2 b');
});
