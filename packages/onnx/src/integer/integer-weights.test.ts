import { cascade, everywhere, type LayerDescriptor, type WeightDescriptor } from '@lowbit/core';
import { assignBits } from '@lowbit/core/method';
import { expect, test } from 'vitest';
import { plainAbsmax } from '../../test/helpers/plain-quantizers.js';
import { integerWeights } from './integer-weights.js';

const weight = (id: string): WeightDescriptor => ({
  id,
  kernel: 'kernel',
  shape: [4, 4],
  outputAxes: [0],
  storedBytes: 64,
  read: () => new Float32Array(16),
});
const layer = (id: string, sites: LayerDescriptor['sites']): LayerDescriptor => ({
  id,
  op: 'Conv',
  depth: 0,
  weights: [weight(`${id}.weight`)],
  sites,
});

test('chooses the quantizer of layers with sites alone', () => {
  const layers = [layer('one', [{ id: 'x', tensor: 'x', side: 'input' }]), layer('two', [])];
  const draft = ['one.weight', 'two.weight'].map((id) => ({ id, bits: 4, reason: 'start' }));
  const assigned = assignBits(cascade(everywhere(8), integerWeights(plainAbsmax)), draft, layers);
  expect(assigned).toMatchObject([{ bits: 8, quantizer: plainAbsmax }, { bits: 8 }]);
  expect(assigned[0]!.reason).toContain('computed in integers');
  expect(assigned[1]).not.toHaveProperty('quantizer');
});

test('leaves weights alone that stay float', () => {
  const layers = [layer('one', [{ id: 'x', tensor: 'x', side: 'input' }])];
  const draft = [{ id: 'one.weight', bits: 'float', reason: 'sensitive' } as const];
  expect(integerWeights(plainAbsmax).assign(draft, layers, { options: {} })).toEqual(draft);
});

test('asks a port that knows whether activations make the layer an integer one, with the ranges that it gets', () => {
  const wants: WeightDescriptor['wants'] = ({ activations, measuresRanges = false }) => ({
    form: activations && !measuresRanges ? 'ConvInteger' : 'MatMulNBits',
  });
  const site = { id: 'x', tensor: 'x', side: 'input' } as const;
  const layers = [{ ...layer('one', [site]), weights: [{ ...weight('one.weight'), wants }] }];
  const draft = [{ id: 'one.weight', bits: 8, reason: 'start' }];
  const assigned = (options?: Parameters<typeof integerWeights>[1]) =>
    integerWeights(plainAbsmax, options).assign(draft, layers, { options: {} });
  expect(assigned()).toMatchObject([{ quantizer: plainAbsmax }]);
  expect(assigned({ measuresRanges: true })).toEqual(draft);
});
