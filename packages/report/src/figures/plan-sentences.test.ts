import { expect, it } from 'vitest';
import type { QuantizationPlan } from '@lowbit/core';
import { planSentences } from './plan-sentences.js';

const entry = {
  id: 'conv.w',
  layer: 'conv',
  bits: 4,
  quantizer: { name: 'grid', options: {} },
  granularity: 'channel',
  parameterStorage: 'float32',
  reason: 'budget: alone it costs less than 1e-3',
} as const;
const plan = (
  weights: QuantizationPlan['weights'],
  activations?: QuantizationPlan['activations'],
): QuantizationPlan => ({
  format: 'lowbit-plan',
  version: 1,
  port: 'p',
  seed: 0,
  weights,
  ...(activations && { activations }),
});
const said = (...given: Parameters<typeof plan>) =>
  planSentences(plan(...given)).map(({ sentence }) => sentence);

it('each weight is told with its method, scope, storage and reason', () => {
  expect(
    said([
      entry,
      {
        ...entry,
        id: 'other',
        bits: 1,
        quantizer: { name: 'grid', options: { symmetric: true } },
        granularity: 'group:32',
        parameterStorage: 'float16',
        rounding: { name: 'careful', options: {} },
        reason: 'by hand.',
      },
      { ...entry, granularity: 'tensor', parameterStorage: { kind: 'two-level', bits: 6 }, reason: '' },
      { id: 'bias', layer: 'dense', bits: 'float', reason: 'excluded by bias' },
    ]),
  ).toEqual([
    'conv.w gets 4 bits by grid, a scale for each channel: budget: alone it costs less than 1e-3.',
    'conv: other gets 1 bit by grid (symmetric true), a scale for each 32 values, held in float16, codes chosen by careful: by hand.',
    'conv.w gets 4 bits by grid, one scale for all, held in 6 bits with one float16 for each 16: the plan gives no reason.',
    'dense: bias stays float: excluded by bias.',
  ]);
});

it('places of activations come after them', () => {
  const site = {
    id: 'conv:x',
    bits: 8,
    quantizer: { name: 'range', options: {} },
    reason: '8 bits everywhere',
  };
  expect(said([], [site])).toEqual(['The activations conv:x get 8 bits by range: 8 bits everywhere.']);
});

it('biases that are corrected come last', () => {
  const biases = [
    { layer: 'conv', reason: 'corrected below 8 bits, with data at hand' },
    { layer: 'dense', reason: '' },
  ];
  expect(planSentences({ ...plan([entry]), biases }).slice(1)).toEqual([
    {
      id: 'conv',
      layer: 'conv',
      sentence:
        'The bias of conv takes off what quantized weights add on average: corrected below 8 bits, with data at hand.',
    },
    {
      id: 'dense',
      layer: 'dense',
      sentence:
        'The bias of dense takes off what quantized weights add on average: the plan gives no reason.',
    },
  ]);
});

it('a reason that names other bits is one of before the plan was edited', () => {
  expect(said([{ ...entry, bits: 8, reason: '4 bits everywhere; as its form wants' }])).toEqual([
    'conv.w gets 8 bits by grid, a scale for each channel: edited, since its reason is "4 bits everywhere; as its form wants".',
  ]);
});
