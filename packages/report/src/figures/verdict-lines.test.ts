import type { Verdict } from '@lowbit/core';
import { expect, it } from 'vitest';

import { sampleReport } from '../../test/sample-report.js';
import { renderHtmlReport } from '../html/render.js';
import { quantizationText } from '../tables/quantization.js';
import { verdictLines } from './verdict-lines.js';

const linesOf = (changes: Partial<Verdict>, modelBytes = { before: 1000, after: 250 }) =>
  verdictLines(sampleReport([], { modelBytes, verdict: { ...verdict, ...changes } }));
const verdict: Verdict = {
  grade: 'probably-unusable',
  by: 'weights',
  sqnrDb: 3.2,
  reason: 'the quantized weights together keep 3.2 dB signal to noise',
  smaller: true,
};

it('a verdict is its grade with the reason, what was gained, and what to try', () => {
  const first = 'probably unusable: the quantized weights together keep 3.2 dB signal to noise';
  expect(linesOf({})).toEqual([first]);
  expect(linesOf({ next: { bits: 4, weights: 'min-max' } })).toEqual([
    first,
    'try bits: 4, weights: "min-max"',
  ]);
  expect(linesOf({ next: { activations: 'float' } }).at(-1)).toBe('try to leave activations float');
  expect(linesOf({ next: { exclude: ['a', 'b'] } }).at(-1)).toBe('try to exclude a, b');
  expect(linesOf({ smaller: false }, { before: 1000, after: 1200 })).toEqual([
    first,
    'nothing gained: 1.20 kB, where the original takes 1.00 kB',
  ]);
  expect(linesOf({ grade: 'untested', reason: 'a' })).toEqual(['untested: a']);
});

it('the weight that ruins a network is named, with what it does', () => {
  const worst = { id: 'basis', alone: { sqnrDb: 4.2 }, without: { sqnrDb: null }, isEnough: true };
  const together = { sqnrDb: null, isBroken: true as const, isEnough: false };
  const weights = { samples: 8, alone: [], together, worst };
  expect(linesOf({ weights })[1]).toBe(
    'the weight that loses most is basis: on 8 samples, with all but weights as it was, it alone leaves 4.2 dB, all weights leave NaN or infinity, and all but this one every value',
  );
});

it('reports without a verdict, as training and older versions give, say nothing of it', () => {
  const report = sampleReport([]);
  expect(verdictLines(report)).toEqual([]);
  expect(renderHtmlReport(report)).not.toContain('Verdict');
  expect(quantizationText({ report, output: 'm.onnx' })).not.toContain('Verdict');
});

it('page and text say the verdict, and what to do next', () => {
  const report = sampleReport([], { verdict });
  const next = "lowbit quantize 'a & b.onnx' --bits 4";
  expect(renderHtmlReport({ title: 'a', report, next })).toContain(
    '<li>lowbit quantize &#39;a &amp; b.onnx&#39; --bits 4</li>',
  );
  const text = quantizationText({ report, output: 'm.onnx', next });
  expect(text).toContain('\nVerdict\n  probably unusable: ');
  expect(text.endsWith(`Next:    ${next}\n`)).toBe(true);
});
