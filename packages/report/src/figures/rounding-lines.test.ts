import type { BiasReport, Report } from '@lowbit/core';
import { expect, test } from 'vitest';
import { sampleReport, sampleWeight } from '../../test/sample-report.js';
import { roundingLines } from './rounding-lines.js';

const rounding = (gainDb: number, heldOutGainDb: number) => ({
  rounding: { rounder: 'gptq', rows: 100, channelsKept: 0, gainDb, heldOutGainDb },
});

const bias = (changes: Partial<BiasReport>): BiasReport => ({
  layer: 'conv',
  op: 'Conv',
  weight: 'conv.weight',
  form: 'bias',
  storedBytes: 0,
  reason: 'biases are corrected',
  ...changes,
});

test('what rounders and biases gained is one line each, what stays one for each reason', () => {
  const weights = [rounding(3, 2), rounding(5, 2.5), rounding(4, 1), {}].map(sampleWeight);
  const biases = [
    bias({ gainDb: 1, heldOutGainDb: 0.5 }),
    bias({ gainDb: 2, heldOutGainDb: 1.5, storedBytes: 300 }),
    bias({ form: 'float', left: true, reason: 'stays as it is: several operators take the weight' }),
  ];
  expect(roundingLines(sampleReport(weights, { biases }))).toEqual([
    '3 × codes chosen by gptq: outputs off by 4.0 dB less (median), 2.0 on samples kept back',
    '2 × bias corrected: outputs off by 1.5 dB less (median), 1.0 on samples kept back; 300 bytes added',
    '1 × bias stays as it is: several operators take the weight',
  ]);
});

test('with nothing kept back that is told, and without either there is no line', () => {
  const biases = [bias({ gainDb: 1 })];
  expect(roundingLines(sampleReport([sampleWeight()], { biases }))).toEqual([
    '1 × bias corrected: outputs off by 1.0 dB less (median), no samples kept back',
  ]);
  expect(roundingLines(sampleReport([sampleWeight()]))).toEqual([]);
});

test('which inputs were seen is told last, with the reason where these are of the model as it was', () => {
  const lines = (capture: NonNullable<Report['capture']>) => roundingLines(sampleReport([], { capture }));
  expect(lines({ way: 'sequential', reason: 'the default' })).toEqual([
    'by inputs of each weight once those before were quantized (capture: sequential)',
  ]);
  expect(lines({ way: 'once', reason: 'it has loops' })).toEqual([
    'by inputs of weights in the model as it was (capture: once): it has loops',
  ]);
});
