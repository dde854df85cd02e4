import type { LayerDescriptor, SkipNote, WeightDescriptor } from '@lowbit/core';
import { expect, it } from 'vitest';

import { quantizableIn } from './quantizable.js';

const weight = (id: string, quantizedBefore?: string): WeightDescriptor => ({
  id,
  shape: [2, 2],
  outputAxes: [1],
  kernel: 'kernel',
  storedBytes: 16,
  read: () => new Float32Array(4),
  ...(quantizedBefore !== undefined && { quantizedBefore }),
});
const layer = (
  id: string,
  op: string,
  weights: readonly WeightDescriptor[],
  skipped: readonly SkipNote[],
): LayerDescriptor => ({ id, op, depth: 0, weights, sites: [], skipped });

it('tells a shared weight once, and groups what stays by reason and operator', () => {
  const bias = (subject: string) => ({ subject, reason: 'small' });
  const { quantizable, quantizableBytes, skipped } = quantizableIn([
    layer('a', 'Dense', [weight('shared'), weight('old', 'packed before')], [bias('a/bias')]),
    layer('b', 'Dense', [weight('shared')], [bias('b/bias')]),
    layer('c', 'Conv2D', [weight('c/kernel')], [bias('c/bias')]),
  ]);
  expect(quantizable.map(({ id, layer: of }) => `${of}: ${id}`)).toEqual(['b: shared', 'c: c/kernel']);
  expect(quantizableBytes).toBe(32);
  expect(skipped).toEqual([
    { op: 'Dense', reason: 'packed before', count: 1, subjects: ['old'] },
    { op: 'Dense', reason: 'small', count: 2, subjects: ['a/bias', 'b/bias'] },
    { op: 'Conv2D', reason: 'small', count: 1, subjects: ['c/bias'] },
  ]);
});
