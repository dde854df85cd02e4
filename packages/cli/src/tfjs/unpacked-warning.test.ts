import type { SaveReport } from '@lowbit/tfjs';
import { expect, it } from 'vitest';

import { unpackedWarning } from './quantize-into-files.js';

const saved = (format: SaveReport['format'], ...forms: readonly string[]): SaveReport => ({
  format,
  bytes: 0,
  floatBytes: 0,
  lowestSqnrDb: null,
  ownLayers: [],
  warnings: [],
  weights: forms.map((form) => ({ name: form, form, bytes: 0, floatBytes: 0, sqnrDb: null })),
});

it('counts what was not packed, where packing was wanted', () => {
  expect(unpackedWarning(2, saved('packed', 'packed 4-bit', 'float32'), 0)[0]).toMatch(/^1 of 2 quantized/);
  expect(unpackedWarning(2, saved('packed', 'packed 4-bit', 'packed 8-bit', 'float32'), 0)).toEqual([]);
  expect(unpackedWarning(2, saved('plain', 'uint8', 'uint8'), 0)).toEqual([]);
});
