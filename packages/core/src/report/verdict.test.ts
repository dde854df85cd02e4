import { describe, expect, it, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { registry } from '../contract/registry.js';
import { quantize } from '../session/quantize.js';
import { resolvePlan } from '../plan/resolve.js';
import { nextStep } from './next-step.js';
import { besideOthers, type WeightEffects } from './weight-effects.js';
import { withModelBytes } from './verdict.js';

const values = (count: number, of: (i: number) => number) =>
  Float32Array.from({ length: count }, (_, i) => of(i));
// Rows are too short for filters of a transform, which would stay float.
const wave = { shape: [8, 8], values: values(64, Math.sin) };
/** Two levels keep it exactly, and it is so large that all else together is nothing beside it. */
const exact = { shape: [8, 8], values: values(64, (i) => (i % 2 === 0 ? 100 : -100)) };
const known = registry([coarse(), coarse('other')]);

const verdictOf = async (model: MemoryModel, recipe: object) =>
  (await quantize(memoryPort(model), { registry: known, ...recipe })).report.verdict!;

describe('the verdict without data', () => {
  it('is by all quantized weights together, exact ones among them', async () => {
    const bad = await verdictOf({ wave }, { bits: 2 });
    expect(bad).toMatchObject({ grade: 'probably-unusable', by: 'weights' });
    const { report } = await quantize(memoryPort({ wave }), { registry: known, bits: 2 });
    expect(bad.sqnrDb).toBeCloseTo(report.weights[0]!.error!.sqnrDb!, 9);
    expect(bad.reason).toContain(`keep ${bad.sqnrDb!.toFixed(1)} dB`);
    const both = await verdictOf({ wave, exact }, { bits: 2 });
    expect(both).toMatchObject({ grade: 'untested', by: 'weights' });
    expect(both).not.toHaveProperty('next');
    expect(await verdictOf({ exact }, { bits: 2 })).toMatchObject({ grade: 'untested', sqnrDb: null });
  });
});

describe('what to try', () => {
  // Of values up to 100, all are lost.
  const lossy = (name: string, bits: readonly number[] = [4, 8]) => ({
    ...coarse(name),
    bits: { weight: bits },
    fit: () => ({ kind: 'affine' as const, levels: 2, scale: 1 }),
  });

  it.each([
    ['of 2 bits', { bits: 2 }, { bits: 4 }],
    ['of 4 bits', { bits: 4, weights: lossy('lossy') }, { bits: 8 }],
    [
      'of a method that has no more',
      { bits: 2, weights: lossy('few', [2]) },
      { bits: 4, weights: 'min-max' },
    ],
  ])('%s is more bits', async (_, recipe, next) => {
    const large = { ...wave, values: wave.values.map((value) => 100 * value) };
    expect((await verdictOf({ large }, recipe)).next).toEqual(next);
  });

  it('at 8 bits is another method, and parameters for each channel', async () => {
    const spiked = (at: number) => values(64, (i) => (i === 0 ? at : Math.sin(i)));
    const model = { a: { shape: [8, 8], values: spiked(3e4) }, b: { shape: [8, 8], values: spiked(1e4) } };
    const all = registry([lossy('min-max'), lossy('other')]);
    const next = async (recipe: object) =>
      (await verdictOf(model, { registry: all, bits: 8, ...recipe })).next;
    expect(await next({ weights: 'other' })).toEqual({ weights: 'min-max' });
    expect(await next({ granularity: 'tensor' })).toEqual({ granularity: 'channel' });
    expect(await next({})).toBeUndefined();
  });

  it('is the weight without which the others keep enough, as measured, and nothing where there is none', async () => {
    const all = registry([lossy('min-max')]);
    // The levels −0.5 and 0.5 keep the second exactly, and nothing of the first.
    const bits = { shape: [8, 8], values: values(64, (i) => (i % 2) - 0.5) };
    const near = { shape: [8, 8], values: values(64, (i) => (i % 2) - 0.5 + 0.1 * Math.sin(i)) };
    const large = { shape: [8, 8], values: values(64, (i) => 100 * Math.sin(i)) };
    const of = (model: MemoryModel) => verdictOf(model, { registry: all, bits: 8 });
    const exact = await of({ large, bits });
    expect(exact.next).toEqual({ exclude: ['large'] });
    expect(exact.reason).toMatch(/ dB signal to noise, and every value exactly where large is excluded$/);
    const told = await of({ near, large });
    const [, decibels] = /and ([\d.]+) dB signal to noise where large is excluded$/.exec(told.reason) ?? [];
    const left = await of({ near });
    expect(Number(decibels)).toBeCloseTo(left.sqnrDb!, 1);
    expect((await of({ large, other: large })).next).toBeUndefined();
    expect((await of({ large })).next).toBeUndefined();
  });
});

describe('what to try where single weights were measured', () => {
  const decibels = (sqnrDb: number) => ({ sqnrDb });
  const effectsOf = (together: number, without: number): WeightEffects => ({
    samples: 1,
    alone: [],
    together: { ...decibels(together), isEnough: together >= 10 },
    worst: { id: 'a', alone: decibels(1), without: decibels(without), isEnough: without >= 10 },
  });
  const next = async (recipe: object, effects: WeightEffects, model: MemoryModel = { a: wave, b: wave }) => {
    const port = memoryPort(model);
    const { plan, report } = await quantize(port, { registry: known, ...recipe });
    const { resolved } = resolvePlan(plan, await port.layers(), known, port.supports);
    return nextStep(resolved, report.weights, 3, { effects });
  };

  it('is to leave the worst float where that is enough', async () => {
    expect(await next({ bits: 2 }, effectsOf(3, 12))).toEqual({ exclude: ['a'] });
    expect(await next({ bits: 8 }, effectsOf(3, 12))).toEqual({ exclude: ['a'] });
  });

  it('is more bits for all where the worst is most of the model, as leaving it float would gain little', async () => {
    const most = { shape: [24, 8], values: values(192, Math.sin) };
    expect(await next({ bits: 2 }, effectsOf(3, 12), { a: most, b: wave })).toEqual({ bits: 4 });
    expect(await next({ bits: 2 }, effectsOf(3, 12), { a: wave, b: most })).toEqual({ exclude: ['a'] });
    expect(await next({ bits: 8 }, effectsOf(3, 12), { a: most, b: wave })).toEqual({ exclude: ['a'] });
  });

  it.each([
    ['of that many where some are enough', { wider: { bits: 8, ...decibels(12) } }, { bits: 8 }],
    [
      'and the worst float where none are',
      { wider: { bits: 8, ...decibels(9) } },
      { bits: 4, exclude: ['a'] },
    ],
    ['and it float where that breaks', { wider: { bits: 8, isBroken: true } }, { bits: 4, exclude: ['a'] }],
    ['of as many as were tried with nothing lost', { wider: { bits: 4, sqnrDb: null } }, { bits: 4 }],
  ] as const)('is more bits %s', async (_, { wider }, change) => {
    const { worst, ...effects } = effectsOf(3, 6);
    expect(
      await next({ bits: 2 }, { ...effects, worst: { ...worst!, wider: { sqnrDb: null, ...wider } } }),
    ).toEqual(change);
  });

  it('is to leave the worst float, however large, where no bits are enough', async () => {
    const most = { shape: [24, 8], values: values(192, Math.sin) };
    const { worst, ...effects } = effectsOf(3, 12);
    const at = (wide: number) => ({
      ...effects,
      worst: { ...worst!, wider: { bits: 8, ...decibels(wide) } },
    });
    expect(await next({ bits: 2 }, at(9), { a: most, b: wave })).toEqual({ exclude: ['a'] });
    expect(await next({ bits: 2 }, at(11), { a: most, b: wave })).toEqual({ bits: 8 });
  });

  it('names the worst by a glob that fits it alone', async () => {
    const named: WeightEffects = {
      ...effectsOf(3, 12),
      worst: { id: 'W?*', alone: decibels(1), without: decibels(12), isEnough: true },
    };
    const change = await next({ bits: 2 }, named);
    expect(change).toEqual({ exclude: [String.raw`W\?\*`] });
    const model = memoryPort({ 'W?*': wave, W10: wave });
    const { plan } = await quantize(model, { registry: known, bits: 2, ...change });
    expect(plan.weights.map(({ id, bits }) => [id, bits])).toEqual([
      ['W?*', 'float'],
      ['W10', 2],
    ]);
  });

  it('is more bits where it is not, and nothing where there are no more', async () => {
    expect(await next({ bits: 2 }, effectsOf(3, 6))).toEqual({ bits: 4 });
    expect(await next({ bits: 8 }, effectsOf(3, 6))).toBeUndefined();
    expect(await next({ bits: 8 }, effectsOf(3, 3.5))).toBeUndefined();
  });

  it('leaves room for what else is quantized', () => {
    const isEnough = (sqnrDb: number | null) => besideOthers(effectsOf(3, 12), sqnrDb).worst?.isEnough;
    // 10^(-12/10) is the noise of the other weights, and 10^-1 the most that is usable.
    const most = -10 * Math.log10(10 ** -0.3 + 0.1 - 10 ** -1.2);
    expect([null, 3, most + 1e-6, most - 1e-6].map(isEnough)).toEqual([true, true, true, false]);
  });
});

test('whether the whole model is smaller is told, also of another form of it', async () => {
  const { report } = await quantize(memoryPort({ wave }), { registry: known });
  expect(report.verdict?.smaller).toBe(false);
  const written = withModelBytes(report, { before: 100, after: 99 });
  expect(written).toMatchObject({ modelBytes: { after: 99 }, verdict: { smaller: true } });
  expect(withModelBytes(report, { before: 100, after: 100 }).verdict?.smaller).toBe(false);
});
