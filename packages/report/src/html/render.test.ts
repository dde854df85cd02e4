import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { sampleReport, sampleWeight } from '../../test/sample-report.js';
import { renderHtmlReport } from './render.js';

const hostile = `<script>alert(1)</script>" onload='x' \u202e\u0007 https://example.org/x.png`;

describe('renderHtmlReport', () => {
  it('shows sizes, bits, errors, histograms with levels, skipped, warnings and the plan', () => {
    const skipped = [
      { layer: 'a', op: 'MatMul', subject: 'first', reason: 'both operands are computed' },
      { layer: 'b', op: 'MatMul', subject: 'second', reason: 'both operands are computed' },
    ];
    const page = renderHtmlReport(sampleReport([sampleWeight()], { skipped, warnings: ['look here'] }));
    const parts = ['1.15 kB', 'Nominal', '144 B', 'Stored', '176 B', 'In memory', '5.00 kB', '2.00 kB'];
    const more = ['conv.weight', '21.5 dB', '4.89', '5 levels', 'Cast→Mul→Add', 'look here', 'lowbit-plan'];
    const left = ['<span class="count">2</span> both operands are computed', 'first', 'second'];
    for (const part of [...parts, ...more, ...left]) expect(page).toContain(part);
    expect(page).toContain('class="levels');
  });

  it('loads nothing and runs no script but its own', () => {
    const page = renderHtmlReport(sampleReport([sampleWeight()]));
    expect(page).toContain(`default-src &#39;none&#39;`);
    expect(page).not.toMatch(/\b(src|srcset|data|action|poster|href)="(?!#)/);
    expect(page).not.toMatch(/@import|url\(|<link|<iframe|<object|https?:\/\//);
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  it('lets the script run that stands in it', () => {
    const page = renderHtmlReport(sampleReport([]));
    const [, script = ''] = /<script>([^]*)<\/script>/.exec(page) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page).toContain(`script-src &#39;sha256-${hash}&#39;`);
  });

  it('escapes everything that comes from a model', () => {
    const weight = sampleWeight({
      id: hostile,
      op: hostile,
      form: hostile,
      storageReason: hostile,
      warnings: [hostile],
    });
    const skipped = [{ layer: hostile, op: hostile, subject: hostile, reason: hostile }];
    const page = renderHtmlReport({
      title: hostile,
      note: hostile,
      report: sampleReport([weight], { skipped }),
    });
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('&lt;script&gt;alert(1)');
    for (const invisible of ['\u202e', '\u0007']) expect(page).not.toContain(invisible);
    expect(page).not.toContain(`onload='`);
  });

  it('shows where activations are quantized, and nothing of it where they stay floats', () => {
    const at = { bits: 8, quantizer: 'percentile', reason: '8 bits' };
    const fitted = {
      observed: { min: -1.25, max: 6 },
      grid: { min: -1, max: 4 },
      parameters: { kind: 'affine' as const, levels: 256, scale: 0.0196, offset: -1 },
      clipped: 0.00024,
    };
    const activations = [
      { ...at, id: 'relu', tensor: hostile, fitted, form: 'ConvInteger', formReason: 'taken as integers' },
      {
        ...at,
        id: 'left',
        tensor: 'left',
        form: 'float',
        formReason: 'no such kernel',
        float: true as const,
      },
      { ...at, id: 'free', tensor: 'free', quantizer: 'dynamic' },
    ];
    const page = renderHtmlReport(sampleReport([sampleWeight()], { activations }));
    for (const part of [
      '<h3>Activations</h3>',
      '-1.25 … 6',
      '-1 … 4',
      '0.0196',
      '0.024 %',
      'measured on every run',
      '<td title="taken as integers">ConvInteger</td>',
      '>float</span>',
      'no such kernel',
    ])
      expect(page).toContain(part);
    expect(page.match(/<script/g)).toHaveLength(1);
    const none = renderHtmlReport(sampleReport([sampleWeight()], { activations: [] }));
    expect(none).toContain('what keeps layers in floats');
    expect(renderHtmlReport(sampleReport([sampleWeight()]))).not.toContain('<h3>Activations</h3>');
  });

  it('tells what computes in float16, what does not and why, and what comes closest to its range', () => {
    const float16 = {
      nodes: 7,
      kept: [{ node: hostile, operator: 'Pow', reason: 'Pow may leave the range of float16' }],
      unfit: [{ name: 'large', reason: 'float16 ends at 65504' }],
      zeros: [{ name: 'small', values: 3 }],
      measured: { limit: 16376, closest: [{ name: 'middle', largest: 795 }] },
    };
    const page = renderHtmlReport(sampleReport([], { float16 }));
    for (const part of [
      '<h3>Float16</h3>',
      '7 nodes compute in float16, 1 stay float32',
      '<span class="count">1</span> Pow may leave the range of float16',
      'large stays float32: float16 ends at 65504',
      '3 of small',
      '<td class="number">795</td>',
      '<td class="number">4.9 %</td>',
    ])
      expect(page).toContain(part);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(renderHtmlReport(sampleReport([]))).not.toContain('<h3>Float16</h3>');
  });

  it('keeps the plan as JSON that can be used', () => {
    const page = renderHtmlReport(sampleReport([]));
    const json = /<pre>([^]*?)<\/pre>/.exec(page)?.[1]?.replaceAll('&quot;', '"') ?? '';
    expect(JSON.parse(json)).toEqual(sampleReport([]).plan);
  });

  it('takes several reports, a heading and a table', () => {
    const report = sampleReport([sampleWeight()]);
    const page = renderHtmlReport([{ title: 'Detector', report }, report], {
      title: 'Real models',
      table: {
        title: 'Results',
        columns: [{ label: 'model' }, { label: 'ratio', align: 'right' }],
        rows: [['detector', { text: 'not usable without training', tone: 'bad' }]],
      },
    });
    const parts = [
      '<title>Real models</title>',
      '<h2>Detector</h2>',
      '<h2>Report 2</h2>',
      'href="#section-2"',
      'Results',
    ];
    for (const part of [...parts, 'class="number bad">not usable']) expect(page).toContain(part);
  });

  it('copes with no error, a constant weight, no levels, and many levels', () => {
    const exact = sampleWeight({
      bits: 16,
      error: { sqnrDb: null, meanSquared: 0, largest: 0, relative: null },
      histogram: { min: 2, max: 2, counts: [288], levels: [] },
    });
    const levels = Array.from({ length: 256 }, (_, i) => i / 255);
    const many = sampleWeight({ bits: 8, histogram: { min: 0, max: 1, counts: [1, 2], levels } });
    const noisy = sampleWeight({ error: { sqnrDb: -3, meanSquared: 1, largest: 2, relative: 2 } });
    const page = renderHtmlReport(sampleReport([exact, many, noisy]));
    expect(page).toContain('exact');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});

it.each([
  ['a promise', Promise.resolve({})],
  ['another object', {}],
  ['undefined', undefined],
  ['another object', [{ title: 'A section', report: {} }]],
])('refuses %s in place of a report', (received, value) => {
  expect(() => renderHtmlReport(value as never)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', received }),
  );
});
