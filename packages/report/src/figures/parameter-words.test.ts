import type { ParameterStorage, QuantizationPlan } from '@lowbit/core';
import { expect, it } from 'vitest';

import { parameterWords } from './parameter-words.js';

function planOf(...storages: readonly ParameterStorage[]): QuantizationPlan {
  const weights = storages.map((parameterStorage, i) => ({
    id: `w${i}`,
    layer: 'layer',
    bits: 4,
    quantizer: { name: 'min-max', options: {} },
    granularity: 'channel' as const,
    parameterStorage,
    reason: '',
  }));
  return { format: 'lowbit-plan', version: 1, port: 'test', seed: 0, weights };
}

it('tells how parameters are held where that is not the default', () => {
  const twoLevel = { kind: 'two-level', bits: 6 } as const;
  expect(parameterWords(planOf())).toBeUndefined();
  expect(parameterWords(planOf('float32', 'float32'))).toBeUndefined();
  expect(parameterWords(planOf('float16', 'float16'))).toBe(
    'scales, offsets and codebooks: float16, but where a weight says otherwise',
  );
  expect(parameterWords(planOf(twoLevel, 'float32', twoLevel))).toBe(
    'scales, offsets and codebooks: 2 × two-level:6, 1 × float32, but where a weight says otherwise',
  );
});
