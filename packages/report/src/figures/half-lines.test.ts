import { expect, test } from 'vitest';
import { halfLines } from './half-lines.js';

test('reasons are told once with the names of some nodes, and so is what became 0', () => {
  const kept = ['a', 'b', 'c', 'd'].map((node) => ({ node, operator: 'Pow', reason: 'a square' }));
  const lines = halfLines({
    nodes: 7,
    kept: [{ node: 'e', operator: 'Exp', reason: 'grows' }, ...kept],
    unfit: [{ name: 'w', reason: 'too large' }],
    zeros: [{ name: 'v', values: 3 }],
  });
  expect(lines).toEqual([
    '7 nodes compute in float16, 5 stay float32',
    '4 × a square: a, b, c, 1 more',
    '1 × grows: e',
    'w stays float32: too large',
    'too small for float16, and now 0: 3 of v',
  ]);
});
