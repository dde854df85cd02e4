import { expect, test } from 'vitest';
import { reservoir } from './reservoir.js';

const count = (length: number) => Array.from({ length }, (_, i) => i);

test('the sample does not depend on how the stream is cut', () => {
  const [whole, cut] = [reservoir(50, 3), reservoir(50, 3)];
  const values = count(10_000);
  whole.add(values);
  for (let at = 0; at < 10_000; at += 7) cut.add(values.slice(at, at + 7));
  expect(cut.sample).toEqual(whole.sample);
  expect(whole.sample).toHaveLength(50);
});

test('every part of the stream is as likely', () => {
  const kept = reservoir(2000, 1);
  for (let i = 0; i < 10; i++) kept.add(count(10_000).map((value) => value + i * 10_000));
  const parts = new Array<number>(10).fill(0);
  for (const value of kept.sample) parts[Math.floor(value / 10_000)]!++;
  // 200 each; five standard deviations of a binomial are 67.
  for (const part of parts) expect(Math.abs(part - 200)).toBeLessThan(67);
  expect(new Set(kept.sample).size).toBe(2000);
});

test('a sample that nothing fits in stays empty, and short streams are kept whole', () => {
  const [none, all] = [reservoir(0, 1), reservoir(10, 1)];
  none.add(count(100));
  all.add(count(7));
  expect(none.sample).toEqual([]);
  expect(all.sample).toEqual(count(7));
});
