import { expect, test } from 'vitest';
import { statisticsCollector } from '../calibration/collector.js';
import { rangeCollector } from '../calibration/range-collector.js';
import type { Calibration } from '../calibration/site-statistics.js';
import type { SiteDescriptor } from '../contract/descriptors.js';
import type { FitContext, Quantizer } from '../contract/quantizer.js';
import type { SliceParameters } from '../scheme/types.js';
import { fitActivations } from './fit-activations.js';

const entry = { id: 'site', bits: 2, quantizer: { name: 'telling', options: {} }, reason: '2 bits' };
const site: SiteDescriptor = { id: 'site', tensor: 'site', side: 'input' };

function calibrationOf(site: Calibration['sites'][string]): Calibration {
  return { format: 'lowbit-calibration', version: 1, port: 'memory', batches: 1, sites: { site } };
}

/** Fits the site with a quantizer that tells what it was given. */
function fitted(members: Partial<Quantizer>, calibration?: Calibration) {
  const given: { values: number[]; context: FitContext }[] = [];
  const quantizer: Quantizer = {
    kind: 'quantizer',
    api: 2,
    name: 'telling',
    roles: ['activation'],
    bits: { activation: [2] },
    fit(values, context) {
      given.push({ values: [...values], context });
      return { kind: 'affine', levels: 4, scale: 1, offset: 0 };
    },
    ...members,
  };
  const { activations, floatSites } = fitActivations(
    [{ entry, site, quantizer, options: {}, seed: 0 }],
    calibration,
  );
  return { site: activations.get('site')!, float: floatSites.get('site'), ...given[0]! };
}

function observed() {
  const all = statisticsCollector();
  const ranges = rangeCollector();
  all.add([1, 2, 3]);
  ranges.add({ count: 3, min: 1, max: 3 });
  return { all: all.finish(), ranges: ranges.finish() };
}

test('a quantizer that needs ranges is fitted to them, with the values where there are some', () => {
  const { all, ranges } = observed();
  const withZero = { min: 0, max: 3, movingMin: 0, movingMax: 3 };
  const byRanges = fitted({ needs: 'ranges' }, calibrationOf(ranges));
  expect(byRanges.context).toMatchObject({ ranges: { ...ranges, ...withZero } });
  expect(byRanges.context).not.toHaveProperty('statistics');
  expect(byRanges.values).toEqual([]);
  expect(byRanges.site.statistics).toEqual(ranges);
  const byAll = fitted({ needs: 'ranges' }, calibrationOf(all));
  const allWithZero = { ...all, ...withZero };
  expect(byAll.context).toMatchObject({ ranges: allWithZero, statistics: allWithZero });
  expect(byAll.site.statistics).toEqual(all);
});

test('a quantizer that needs the values says that ranges are not enough', () => {
  const { all, ranges } = observed();
  expect(fitted({}, calibrationOf(all))).toMatchObject({
    values: [1, 2, 3],
    context: { statistics: { mean: all.mean } },
  });
  expect(() => fitted({}, calibrationOf(ranges))).toThrow(
    expect.objectContaining({
      code: 'calibration-missing',
      where: "site 'site'",
      received: expect.stringContaining('ranges alone') as string,
      remedy: expect.stringContaining("statistics: 'all'") as string,
    }) as Error,
  );
});

test('ranges that a quantizer is given include 0 on either side', () => {
  for (const [min, max, low, high] of [
    [2, 5, 0, 5],
    [-5, -2, -5, 0],
    [-1, 1, -1, 1],
  ] as const) {
    const ranges = rangeCollector();
    ranges.add({ count: 2, min, max });
    const { context } = fitted({ needs: 'ranges' }, calibrationOf(ranges.finish()));
    const expected = { min: low, max: high, movingMin: low, movingMax: high };
    expect(context.ranges).toMatchObject(expected);
  }
});

test.each([1, 0, -3])('a value that was always %d stays float, and nothing is fitted', (value) => {
  const all = statisticsCollector();
  all.add([value, value]);
  all.add([value]);
  const { site, float, context } = fitted({}, calibrationOf(all.finish()));
  expect(site).toBeUndefined();
  expect(context).toBeUndefined();
  expect(float).toBe(`it never changed in the calibration (always ${value})`);
});

test.each([
  [1, 1.0000001],
  [-300, -299.999],
])('values from %d to %d differ by rounding alone and stay float', (min, max) => {
  const ranges = rangeCollector();
  ranges.add({ count: 9, min, max });
  const { site, float } = fitted({ needs: 'ranges' }, calibrationOf(ranges.finish()));
  expect(site).toBeUndefined();
  expect(float).toBe(`it hardly changed in the calibration (from ${min} to ${max})`);
});

test('values that differ by more than rounding are fitted', () => {
  const ranges = rangeCollector();
  ranges.add({ count: 9, min: 1, max: 1.001 });
  expect(fitted({ needs: 'ranges' }, calibrationOf(ranges.finish())).float).toBeUndefined();
});

test('a site for which a quantizer finds one level alone stays float', () => {
  const { all } = observed();
  const oneLevel: SliceParameters[] = [
    { kind: 'affine', levels: 4, scale: 0, offset: 2 },
    { kind: 'codebook', values: Float32Array.of(2, 2) },
    { kind: 'residual', scales: Float32Array.of(0, 0) },
  ];
  const levels = oneLevel.map((parameters) => fitted({ fit: () => parameters }, calibrationOf(all)).float);
  expect(levels).toEqual(
    [2, 2, 0].map((level) => `telling finds one level only for what was seen there (${level})`),
  );
});

test('a site that was empty in every batch stays float', () => {
  const { float } = fitted({ needs: 'ranges' }, calibrationOf(rangeCollector().finish()));
  expect(float).toBe('it was empty in the whole calibration');
});

test('a site where nothing was observed is missing too', () => {
  const strange = rangeCollector();
  strange.add({ count: 0, nonFinite: 4, min: 0, max: 0 });
  for (const calibration of [undefined, calibrationOf(strange.finish())]) {
    expect(() => fitted({ needs: 'ranges' }, calibration)).toThrow(
      expect.objectContaining({
        code: 'calibration-missing',
        remedy: expect.stringContaining('observe()') as string,
      }) as Error,
    );
  }
});

test.each<[string, SliceParameters]>([
  ['even levels', { kind: 'affine', levels: 4, scale: 3e38 }],
  ['sums of signs', { kind: 'residual', scales: Float32Array.of(3e38, 3e38) }],
])('%s beyond the largest float32 are refused with the site', (_, parameters) => {
  expect(() => fitted({ fit: () => parameters }, calibrationOf(observed().all))).toThrow(
    expect.objectContaining({ code: 'non-finite', where: "quantizer 'telling' at site 'site'" }) as Error,
  );
});
