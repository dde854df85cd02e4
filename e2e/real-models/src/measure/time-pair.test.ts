import { expect, it } from 'vitest';
import { median } from './median.js';
import { pairedMedians } from './time-pair.js';

it('takes the middle value, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

it('runs two models in turns, and changes who goes first', async () => {
  const order: string[] = [];
  const probe = (name: string) => ({ once: async () => void order.push(name), close: async () => undefined });
  const times = await pairedMedians(probe('f'), probe('q'), 3);
  expect(order.join('')).toBe('fq' + 'fq' + 'qf' + 'fq');
  expect(times.speedup).toBeCloseTo(times.floatMs / times.quantizedMs, 10);
});
