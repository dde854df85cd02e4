import type { PlannedWork } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import { describe, expect, it } from 'vitest';

import { neededStatistics } from './observe.js';

function planOf(...names: readonly string[]): PlannedWork {
  const activations = names.map((name, index) => ({
    id: `site ${index}`,
    bits: 8,
    quantizer: { name, options: {} },
    reason: 'a test',
  }));
  return {
    registry,
    plan: { format: 'lowbit-plan', version: 1, port: 'onnx', seed: 0, weights: [], activations },
  };
}

describe('the statistics that a plan needs', () => {
  it.each([
    ['none', []],
    ['none', ['dynamic']],
    ['ranges', ['min-max']],
    ['ranges', ['moving-average', 'dynamic', 'min-max']],
    ['all', ['min-max', 'percentile']],
    ['all', ['mse']],
  ])('are %s for %j', (needed, names) => {
    expect(neededStatistics(planOf(...names))).toBe(needed);
  });
});
