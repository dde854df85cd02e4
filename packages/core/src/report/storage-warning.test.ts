import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { registry } from '../contract/registry.js';
import { quantize } from '../session/quantize.js';

test('a weight whose scales float16 cannot hold falls back alone, and the report says so', async () => {
  const model: MemoryModel = {
    wide: { shape: [2, 2], values: Float32Array.of(1, -1, 0, 0) },
    narrow: { shape: [2, 2], values: Float32Array.of(1, -1, 2e-9, 1e-9) },
  };
  const recipe = { registry: registry([coarse()]), parameterStorage: 'float16' } as const;
  const { model: written, report } = await quantize(memoryPort(model), recipe);
  const warning =
    'parameters are stored as float32: float16 cannot hold all of them closely (sizes from 1.6e-11 to 0.0079)';
  expect(report.weights.map(({ warnings }) => warnings)).toEqual([[], [warning]]);
  expect(report.warnings).toEqual([`narrow: ${warning}`]);
  expect(report.weights[1]!.sizes.stored - report.weights[0]!.sizes.stored).toBe(4);
  expect(written['narrow']!.values[2]).toBeCloseTo(2e-9, 15);
});
