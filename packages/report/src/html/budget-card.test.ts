import { describe, expect, it } from 'vitest';
import type { BudgetReport, Measurements } from '@lowbit/core/policy';

import { sampleReport, sampleWeight } from '../../test/sample-report.js';
import { renderHtmlReport } from '../index.js';

const candidate = (bits: number, storedBytes: number, effect: number) => ({
  candidate: String(bits),
  bits,
  storedBytes,
  memoryBytes: storedBytes,
  weightError: effect,
  effect,
});
const item = (id: string, depth: number, effects: readonly [number, number, number]) => ({
  ids: [id],
  layer: `${id}<layer>`,
  depth,
  values: 1000,
  candidates: [candidate(2, 250, effects[0]), candidate(4, 500, effects[1]), candidate(8, 1000, effects[2])],
});
const measurements: Measurements = {
  format: 'lowbit-measurements',
  version: 1,
  port: 'p',
  effect: { of: 'outputs', samples: 64 },
  items: [item('a', 0, [0.5, 0.05, 0.001]), item('b', 1, [0.2, 0.01, 0.0005])],
  joint: [
    { choice: { a: '4', b: '4' }, effect: 0.07, sqnrDb: 12 },
    { choice: { a: '8', b: '2' }, effect: 0.3, sqnrDb: 6 },
    { choice: { a: '8', b: '8' }, effect: 0.002, sqnrDb: 30 },
  ],
  written: [{ choice: { a: '4', b: '4' }, bytes: 1400 }],
};
const budget: BudgetReport = {
  limits: { bytes: 1500 },
  choice: { a: '4', b: '4' },
  effect: { of: 'outputs', samples: 64 },
  predicted: 0.06,
  measured: { effect: 0.07, sqnrDb: 12 },
  bytes: 1400,
};
const page = (more: object = {}) =>
  renderHtmlReport({ title: 'm', report: sampleReport([sampleWeight()]), budget, measurements, ...more });
const pointsIn = (html: string) => {
  const text = /data-points="([^"]*)"/.exec(html)?.[1] ?? '[]';
  return JSON.parse(text.replaceAll('&quot;', '"')) as { size: string; loss: string; bits: number[] }[];
};

describe('the curve of a budget', () => {
  it('stands at what was chosen, and has each size with its loss and bits', () => {
    const html = page();
    const points = pointsIn(html);
    const at = points.findIndex(({ bits }) => bits.join() === '4,4');
    expect(html).toContain(`value="${at}" aria-label="Size"`);
    expect(points[at]).toMatchObject({ size: '1.40 kB', loss: 'measured 0.07, predicted 0.06' });
    expect(points[0]).toMatchObject({ bits: [2, 2], loss: 'not measured together; predicted 0.7' });
    expect(points.at(-1)?.bits).toEqual([8, 8]);
    expect(html).toContain('rank correlation 1.00 over 3 choices');
    expect(html).not.toContain('a<layer>');
  });

  it('says without data that it is unverified', () => {
    const blind = { ...measurements, joint: [] };
    Reflect.deleteProperty(blind, 'effect');
    const html = page({ measurements: blind, budget: undefined });
    expect(html).toContain('error of the weights, unverified');
    expect(html).not.toContain('rank correlation');
  });

  it('shows separability by depth where it is known', () => {
    expect(page()).not.toContain('polyline class="line separability"');
    const separability = [
      { layer: 'a<layer>', value: 1 },
      { layer: 'b<layer>', value: 3 },
    ];
    expect(page({ measurements: { ...measurements, separability } })).toContain(
      'polyline class="line separability"',
    );
  });

  it('is not there without a budget', () => {
    expect(renderHtmlReport(sampleReport([sampleWeight()]))).not.toContain('card budget');
  });
});
