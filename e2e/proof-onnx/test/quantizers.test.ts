import { expect, test } from 'vitest';
import { timedMethods } from '../src/speed/methods.js';
import { makeWeights, timeMethod } from '../src/speed/time-method.js';

test('every closed-form quantizer is timed at each of its widths', () => {
  const values = makeWeights(20_000);
  for (const { quantizer, bits } of timedMethods) {
    for (const width of bits) {
      const nanoseconds = timeMethod(quantizer, width, values, 1);
      expect(nanoseconds, `${quantizer.name} at ${width} bits`).toBeGreaterThan(0);
    }
  }
});
