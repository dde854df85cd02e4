import type { BitAssignment, LayerDescriptor } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import { integerLayers, symmetricMethod } from './integer-layers.js';

const layer = (id: string, sites: readonly string[]): LayerDescriptor => ({
  id,
  op: 'Conv',
  depth: 0,
  weights: [
    {
      id: `${id}.w`,
      kernel: 'kernel',
      shape: [1],
      outputAxes: [0],
      storedBytes: 4,
      read: () => Float32Array.of(1),
    },
  ],
  sites: sites.map((tensor) => ({ id: tensor, tensor, side: 'input' })),
});
const layers = [layer('integer', ['x']), layer('float', []), layer('kept', ['y'])];
const draft: readonly BitAssignment[] = [
  { id: 'integer.w', bits: 4, quantizer: 'ul2q', granularity: 'group:32', reason: '4 bits everywhere' },
  { id: 'float.w', bits: 4, quantizer: 'ul2q', granularity: 'group:32', reason: '4 bits everywhere' },
  { id: 'kept.w', bits: 'float', reason: 'last layer' },
];

describe('weights of integer layers', () => {
  it('get 8 bits, a symmetric method and channels; others keep what they have', () => {
    const [integer, float, kept] = integerLayers('ul2q', 'group:32').assign(draft, layers, { options: {} });
    expect(integer).toMatchObject({
      bits: 8,
      quantizer: 'mse',
      granularity: 'channel',
    });
    expect(integer?.reason).toBe('4 bits everywhere; the layer is computed in integers');
    expect([float, kept]).toEqual(draft.slice(1));
  });

  it('keep one scale for all where that was asked for', () => {
    const [integer] = integerLayers('absmax', 'tensor').assign(draft, layers, { options: {} });
    expect(integer).toMatchObject({ quantizer: 'absmax', granularity: 'tensor' });
  });

  it.each([
    ['min-max', 'mse'],
    ['min-max:zeroPoint=symmetric', 'min-max:zeroPoint=symmetric'],
    ['ul2q', 'mse'],
    ['absmax', 'absmax'],
    ['fixed-point', 'fixed-point'],
    ['mse', 'mse'],
    ['percentile:percent=99', 'percentile:percent=99'],
  ])('of %s is %s', (choice, expected) => {
    expect(symmetricMethod(choice)).toBe(expected);
  });
});
