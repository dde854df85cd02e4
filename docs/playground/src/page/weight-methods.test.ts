import { expect, it } from 'vitest';
import { weightMethods, widths } from './weight-methods.js';

it('offers the default first, and no method that only activations have', () => {
  const names = weightMethods.map(({ name }) => name);
  expect(names[0]).toBe('min-max');
  expect(names).toContain('slq');
  expect(names).not.toContain('moving-average');
});

it('has a method for every width', () => {
  for (const width of widths) {
    expect(weightMethods.some(({ bits }) => bits.weight?.includes(width))).toBe(true);
  }
});
