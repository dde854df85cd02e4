import { expect, test } from 'vitest';
import { statisticsCollector } from '../calibration/collector.js';
import { rangeCollector } from '../calibration/range-collector.js';
import type { Calibration } from '../calibration/statistics.js';
import type { QuantizationPlan } from '../plan/plan.js';
import type { FitContext, Quantizer } from '../plugin/quantizer.js';
import { registry } from '../plugin/registry.js';
import { fitActivations } from './fit-activations.js';

const plan: QuantizationPlan = {
  format: 'lowbit-plan',
  version: 1,
  port: 'memory',
  seed: 0,
  weights: [],
  activations: [{ id: 'site', bits: 2, quantizer: { name: 'telling', options: {} }, reason: '2 bits' }],
};

function calibrationOf(site: Calibration['sites'][string]): Calibration {
  return { format: 'lowbit-calibration', version: 1, port: 'memory', batches: 1, sites: { site } };
}

/** Fits the site with a quantizer that tells what it was given. */
function fitted(members: Partial<Quantizer>, calibration?: Calibration) {
  const given: { values: number[]; context: FitContext }[] = [];
  const quantizer: Quantizer = {
    kind: 'quantizer',
    api: 1,
    name: 'telling',
    roles: ['activation'],
    bits: { activation: [2] },
    fit(values, context) {
      given.push({ values: [...values], context });
      return { kind: 'affine', levels: 4, scale: 1, offset: 0 };
    },
    ...members,
  };
  const site = fitActivations(plan, registry([quantizer]), calibration, []).get('site')!;
  return { site, ...given[0]! };
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
  const byRanges = fitted({ needs: 'ranges' }, calibrationOf(ranges));
  expect(byRanges.context).toMatchObject({ ranges });
  expect(byRanges.context).not.toHaveProperty('statistics');
  expect(byRanges.values).toEqual([]);
  expect(byRanges.site.statistics).toEqual(ranges);
  const byAll = fitted({ needs: 'ranges' }, calibrationOf(all));
  expect(byAll.context).toMatchObject({ ranges: all, statistics: all });
});

test('a quantizer that needs the values says that ranges are not enough', () => {
  const { all, ranges } = observed();
  expect(fitted({}, calibrationOf(all))).toMatchObject({ values: [1, 2, 3], context: { statistics: all } });
  expect(() => fitted({}, calibrationOf(ranges))).toThrow(
    expect.objectContaining({
      code: 'calibration-missing',
      where: "site 'site'",
      received: expect.stringContaining('ranges alone') as string,
      remedy: expect.stringContaining("statistics: 'all'") as string,
    }) as Error,
  );
});

test('a site where nothing was observed is missing too', () => {
  const nothing = rangeCollector().finish();
  for (const calibration of [undefined, calibrationOf(nothing)]) {
    expect(() => fitted({ needs: 'ranges' }, calibration)).toThrow(
      expect.objectContaining({
        code: 'calibration-missing',
        remedy: expect.stringContaining('observe()') as string,
      }) as Error,
    );
  }
});
