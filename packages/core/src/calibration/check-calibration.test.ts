import { describe, expect, it } from 'vitest';
import { isLowbitError } from '../errors/error.js';
import { checkCalibration } from './check-calibration.js';
import { statisticsCollector } from './collector.js';
import { rangeCollector } from './range-collector.js';

function siteOf(values: readonly number[]) {
  const collector = statisticsCollector({ sampleSize: 8, seed: 1 });
  collector.add(Float32Array.from(values));
  return collector.finish();
}

const site = siteOf([1, -2, 3]);
const whole = { format: 'lowbit-calibration', version: 1, port: 'onnx', batches: 2, sites: { x: site } };

function problemsOf(value: unknown): readonly string[] {
  try {
    checkCalibration(value, 's.json');
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    expect(error.problems.every(({ code }) => code === 'calibration-invalid')).toBe(true);
    return error.problems.map(({ where }) => where);
  }
  return [];
}

describe('stored statistics', () => {
  it('are taken as they were written, ranges alone and of places that saw nothing too', () => {
    const ranges = rangeCollector().finish();
    const stored = { ...whole, sites: { x: site, empty: siteOf([]), ranges } };
    expect(problemsOf(JSON.parse(JSON.stringify(stored)))).toEqual([]);
  });

  it('that are something else tell every problem', () => {
    expect(problemsOf(null)).toEqual(['s.json']);
    expect(problemsOf({ ...whole, version: 2 })).toEqual(['s.json']);
    expect(problemsOf({ ...whole, port: 7, batches: -1, sites: [] })).toEqual([
      's.json: port',
      's.json: batches',
      's.json: sites',
    ]);
  });

  it.each([
    ['mean', null],
    ['count', '3'],
    ['max', -5],
    ['mean', 1e9],
    ['deviation', -1],
    ['sample', ['1']],
    ['sample', [0, 1e9]],
    ['histogram', { min: 0, max: 1, counts: [] }],
    ['histogram', { min: 2, max: 1, counts: [1] }],
    ['histogram', { min: 0, max: 1, counts: [0.5] }],
  ])('with a broken %s are refused', (key, value) => {
    expect(problemsOf({ ...whole, sites: { x: { ...site, [key]: value } } })).toEqual([
      `s.json: sites["x"].${key}`,
    ]);
  });
});
