import { describe, expect, it } from 'vitest';
import { filteringCost, weightMemory } from './cost.js';

describe('filteringCost', () => {
  it.each([
    [3, 3, [11.148, 7.024, 5.128, 4.037]],
    [16, 3, [33.882, 19.2, 13.395, 10.286]],
    [64, 3, [52.364, 27.429, 18.581, 14.049]],
    [128, 3, [57.6, 29.538, 19.862, 14.961]],
    [256, 3, [60.632, 30.72, 20.571, 15.463]],
    [512, 3, [62.27, 31.347, 20.945, 15.727]],
    [256, 1, [42.667, 23.273, 16, 12.19]],
  ])('is known for %i channels and a kernel of width %i, orders 1 to 4', (channels, width, expected) => {
    expected.forEach((speedUp, i) => {
      expect(filteringCost(i + 1, channels * width * width).speedUp).toBeCloseTo(speedUp, 3);
    });
  });

  it.each([
    [1, 58],
    [2, 30],
    [3, 20],
    [4, 15],
  ])("is the paper's Table 2 at order %i: about %i times", (order, published) => {
    expect(Math.round(filteringCost(order, 128 * 9).speedUp)).toBe(published);
  });

  it('counts operations', () => {
    expect(filteringCost(2, 1152)).toMatchObject({ binaryOperations: 2304, floatOperations: 3 });
    expect(filteringCost(1, 640, 32).speedUp).toBeCloseTo(640 / 22, 10);
  });
});

describe('weightMemory', () => {
  it('is about 32 times smaller at order 1', () => {
    expect(weightMemory(1, 1152, 256)).toEqual({ bytes: 36_864 + 1024, ratio: (4 * 1152 * 256) / 37_888 });
    expect(weightMemory(1, 4608, 512).ratio).toBeGreaterThan(31.7);
    expect(weightMemory(2, 4608, 512).ratio).toBeGreaterThan(15.8);
  });

  it('rounds bits up to bytes', () => {
    expect(weightMemory(1, 9, 1).bytes).toBe(2 + 4);
  });
});
