import { describe, expect, it } from 'vitest';

import { golden } from '../../test/support.js';
import { resample } from './resample.js';

describe('resample', () => {
  for (const { by, box, width, height, values } of golden.resized) {
    it(`scales to ${width}×${height} like ${by}`, () => {
      const [left, top, right, bottom] = box;
      const raster = { ...golden.plane, channels: 1, data: golden.plane.values };
      const scaled = resample(
        raster,
        { left, top, width: right - left, height: bottom - top },
        width,
        height,
      );
      // Pixels reach 255 and single precision keeps 24 bits; Pillow works in two rounded passes.
      for (const [i, value] of values.entries()) expect(Math.abs(value - scaled[i]!)).toBeLessThan(1e-3);
    });
  }
});
