import { expect, test } from 'vitest';
import { constantStep, middleOf } from './constant-step.js';

const constants = [1, -1, 0.3, -1e-3, 3e38, -1e-45].map(Math.fround);

test.each([2, 3, 4, 5, 8, 9, 15, 16, 17, 255, 256])(
  'a constant is a level of a grid of %i levels, as many steps from the zero point as there is room for',
  (levels) => {
    for (const constant of constants) {
      const { scale, zeroPoint, code } = constantStep(constant, levels);
      expect(scale * (code - zeroPoint)).toBe(constant);
      for (const each of [zeroPoint, code]) expect(each >= 0 && each < levels).toBe(true);
      const room = constant < 0 ? zeroPoint : levels - 1 - zeroPoint;
      const steps = Math.abs(code - zeroPoint);
      // The smallest number cannot be divided.
      if (Math.abs(constant) > 1e-40) expect([steps <= room, 2 * steps > room]).toEqual([true, true]);
      expect(zeroPoint).toBe(levels === 2 && constant > 0 ? 0 : middleOf(levels));
    }
  },
);

test('0 is the zero point', () => {
  expect(constantStep(0, 16)).toEqual({ scale: 1, zeroPoint: 8, code: 8 });
});
