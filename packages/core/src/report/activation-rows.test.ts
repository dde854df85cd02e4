import { expect, test } from 'vitest';
import type { ActivationNote, FittedSite } from '../contract/model-writer.js';
import type { QuantizationPlan } from '../contract/plan.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import type { SliceParameters } from '../scheme/types.js';
import type { Report } from './report.js';
import { coarse } from '../../test/memory-port.js';
import { statisticsCollector } from '../calibration/collector.js';
import { rangeCollector } from '../calibration/range-collector.js';
import { activationRows, withActivations } from './activation-rows.js';
import { defined } from '../contract/defined.js';

const entry = { id: 'site', bits: 2, quantizer: { name: 'min-max', options: {} }, reason: '2 bits' };
const plan: QuantizationPlan = {
  format: 'lowbit-plan',
  version: 1,
  port: 'memory',
  seed: 0,
  weights: [],
  activations: [entry],
};
const site = { id: 'site', tensor: 'relu_1', side: 'input' } as const;
const resolved: ResolvedPlan = {
  plan,
  layers: [],
  entries: [],
  sites: [{ entry, site, quantizer: coarse(), options: {}, seed: 0 }],
};

function rowsOf(activations: ReadonlyMap<string, FittedSite>, notes?: readonly ActivationNote[]) {
  return activationRows({ ...resolved, activations, floatSites: new Map() }, notes);
}

function statisticsOf(values: readonly number[]) {
  const collector = statisticsCollector({ sampleSize: 64, seed: 0 });
  collector.add(Float32Array.from(values));
  return collector.finish();
}

function rowOf(parameters: SliceParameters | undefined, values?: readonly number[]) {
  const fitted: FittedSite = {
    id: 'site',
    bits: 2,
    quantizer: coarse(),
    options: {},
    ...defined({ parameters }),
    ...(values === undefined ? {} : { statistics: statisticsOf(values) }),
  };
  return rowsOf(new Map([['site', fitted]]))?.[0];
}

test('the share of clipped values leaves out what rounding moves', () => {
  // Levels 0, 1, 2, 3: −0.4 and 3.5 are rounded, −0.6 and 9 are clipped.
  const row = rowOf({ kind: 'affine', levels: 4, scale: 1, offset: 0 }, [-0.6, -0.4, 1, 2, 3.5, 9, 1, 1]);
  expect(row).toEqual({
    id: 'site',
    tensor: 'relu_1',
    bits: 2,
    quantizer: 'min-max',
    reason: '2 bits',
    fitted: {
      observed: { min: Math.fround(-0.6), max: 9 },
      grid: { min: 0, max: 3 },
      parameters: { kind: 'affine', levels: 4, scale: 1, offset: 0 },
      clipped: 0.25,
    },
  });
});

test('symmetric, codebook and residual grids are plain numbers', () => {
  expect(rowOf({ kind: 'affine', levels: 3, scale: 2 }, [0])?.fitted?.grid).toEqual({ min: -2, max: 2 });
  const codebook = rowOf({ kind: 'codebook', values: Float32Array.of(0, 1, 4) }, [7]);
  expect(codebook?.fitted).toMatchObject({ grid: { min: 0, max: 4 }, clipped: 1 });
  const residual = rowOf({ kind: 'residual', scales: Float32Array.of(2, 1) }, [3.5, 5]);
  expect(residual?.fitted).toMatchObject({ grid: { min: -3, max: 3 }, clipped: 0.5 });
  for (const row of [codebook, residual]) expect(JSON.parse(JSON.stringify(row))).toEqual(row);
});

test('a site that the port left float has no range, and a reason', () => {
  const parameters: SliceParameters = { kind: 'affine', levels: 4, scale: 1, offset: 0 };
  const fitted = new Map([['site', { id: 'site', bits: 2, quantizer: coarse(), options: {}, parameters }]]);
  const rowWith = (note: Omit<ActivationNote, 'id'>) => rowsOf(fitted, [{ id: 'site', ...note }])?.[0];
  const refused = rowWith({ form: 'float', float: true, reason: 'no kernel' });
  expect(refused).toMatchObject({ float: true, form: 'float', formReason: 'no kernel', reason: '2 bits' });
  expect(refused).not.toHaveProperty('fitted');
  const taken = rowWith({ form: 'uint8', reason: 'taken by MatMulInteger' });
  expect(taken).toMatchObject({ form: 'uint8', formReason: 'taken by MatMulInteger' });
  expect(taken).toHaveProperty('fitted');
  expect(taken).not.toHaveProperty('float');
});

test('a site without spread is float whatever the port says, and the report warns', () => {
  const why = 'it never changed in the calibration (always 0)';
  const fitted = { activations: new Map<string, FittedSite>(), floatSites: new Map([['site', why]]) };
  const notes = [{ id: 'site', form: 'float', float: true, reason: 'no operator takes it' } as const];
  const rows = activationRows({ ...resolved, ...fitted }, notes);
  expect(rows).toMatchObject([{ id: 'site', float: true, form: 'float', formReason: why }]);
  expect(rows?.[0]).not.toHaveProperty('fitted');
  const report = { warnings: ['a: far out'] } as unknown as Report;
  expect(withActivations(report, rows).warnings).toEqual([
    'a: far out',
    expect.stringContaining('relu_1: stays float') as string,
  ]);
});

test('a constant site has one level, and whatever differs from it is clipped', () => {
  const row = rowOf({ kind: 'affine', levels: 4, scale: 0, offset: 2 }, [2, 2, 3, 2]);
  expect(row?.fitted).toMatchObject({ grid: { min: 2, max: 2 }, clipped: 0.25 });
});

test('levels on one side of 0 are a warning, levels that hold 0 between them are none', () => {
  const above = rowOf({ kind: 'affine', levels: 4, scale: 0.7, offset: 4.41 }, [5, 6]);
  expect(above?.warnings).toEqual([expect.stringContaining('from 4.41 to 6.51, without 0') as string]);
  const below = rowOf({ kind: 'codebook', values: Float32Array.of(-3, -1) }, [-2]);
  expect(below?.warnings).toEqual([expect.stringContaining('without 0') as string]);
  for (const parameters of [
    { kind: 'codebook', values: Float32Array.of(-1, 1) },
    { kind: 'affine', levels: 4, scale: 1, offset: 0 },
  ] as const)
    expect(rowOf(parameters, [0.5])).not.toHaveProperty('warnings');
});

test('dynamic sites have no range, sites fitted without data no observed one, and float activations no rows', () => {
  expect(rowOf(undefined)).not.toHaveProperty('fitted');
  expect(rowOf({ kind: 'affine', levels: 4, scale: 1, offset: 0 })?.fitted).not.toHaveProperty('clipped');
  const { format, version, port, seed, weights } = plan;
  const none = { layers: [], entries: [], sites: [], activations: new Map(), floatSites: new Map() };
  expect(activationRows({ plan: { format, version, port, seed, weights }, ...none })).toBeUndefined();
});

test('of ranges alone it is known only when nothing is clipped', () => {
  const rowOfRange = (min: number, max: number) => {
    const ranges = rangeCollector();
    ranges.add({ count: 2, min, max });
    const parameters = { kind: 'affine', levels: 4, scale: 1, offset: 0 } as const;
    const fitted: FittedSite = {
      id: 'site',
      bits: 2,
      quantizer: coarse(),
      options: {},
      parameters,
      statistics: ranges.finish(),
    };
    return rowsOf(new Map([['site', fitted]]))?.[0]?.fitted;
  };
  expect(rowOfRange(-0.4, 3.5)).toMatchObject({ observed: { min: -0.4, max: 3.5 }, clipped: 0 });
  expect(rowOfRange(-0.4, 9)).not.toHaveProperty('clipped');
});
