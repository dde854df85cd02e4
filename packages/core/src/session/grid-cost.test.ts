import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { makePlan } from './make-plan.js';
import { parsePlan } from '../plan/parse-plan.js';
import type { QuantizedEntry } from '../contract/plan.js';
import type { Quantizer } from '../contract/quantizer.js';
import { registry } from '../contract/registry.js';
import { applyPlan } from './apply-plan.js';
import { quantize } from './quantize.js';

const model: MemoryModel = {
  a: { shape: [8, 256], values: Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i * i)) },
};

/** Its step is twice as long with integer zero points, which costs about 6 dB. */
const gridded: Quantizer = {
  ...coarse(),
  options: {
    ...coarse().options,
    zero: { type: 'choice', default: 'real', values: ['real', 'integer'], help: 'how' },
  },
  grids: { 'zero-point': { zero: 'integer' } },
  fit: (values, context) =>
    coarse().fit(values, { ...context, options: { stretch: context.options['zero'] === 'integer' ? 2 : 1 } }),
};

async function wantingPort() {
  const port = memoryPort(model);
  const layers = (await port.layers()).map((layer) => ({
    ...layer,
    weights: layer.weights.map((weight) => ({
      ...weight,
      wants: () => ({ form: 'Packed', grid: 'zero-point', granularity: 'group:32' }) as const,
    })),
  }));
  return { ...port, layers: () => layers };
}

test('the report says what a grid costs that a packed form wanted, of a stored plan too', async () => {
  const port = await wantingPort();
  const known = registry([gridded]);
  const { report, plan } = await quantize(port, { registry: known, bits: 8 });
  const [{ reason }] = report.weights as unknown as [{ reason: string }];
  expect(reason).toMatch(/zero=integer and group:32 for Packed; costs [56]\.\d dB against zero=real$/);
  const stored = parsePlan(JSON.parse(JSON.stringify(plan)), 'plan.json');
  const again = await applyPlan(port, stored, known);
  expect(again.report.weights[0]!.reason).toBe(reason);
  const quick = await applyPlan(port, stored, known, { measure: false });
  expect(quick.report.weights[0]!.reason).not.toContain('costs');
});

test('nothing is told where nothing was replaced', async () => {
  const { plan } = await makePlan(await wantingPort(), {
    registry: registry([gridded]),
    weights: 'min-max:zero=integer',
  });
  expect(plan.weights[0]).not.toHaveProperty('instead');
});

test('the cost and what was wanted stand in the row, for summaries', async () => {
  const { report } = await quantize(await wantingPort(), { registry: registry([gridded]), bits: 8 });
  expect(report.weights[0]).toMatchObject({
    wanted: 'zero=integer and group:32 for Packed',
    gridCost: { decibels: expect.any(Number) as number, against: 'zero=real' },
  });
  const { report: kept } = await quantize(await wantingPort(), {
    registry: registry([gridded]),
    weights: 'min-max:zero=real',
    bits: 8,
  });
  expect(kept.weights[0]!.wanted).toBe('as chosen; Packed would take it with zero=integer and group:32');
  expect(kept.weights[0]).not.toHaveProperty('gridCost');
});

test('a quantizer that does not keep the grid that it promises is told by its name', async () => {
  const breaking: Quantizer = {
    ...gridded,
    fit: (_, { bits }) => ({ kind: 'affine', levels: 2 ** bits, scale: 1, offset: -0.3 }),
  };
  const words =
    'min-max broke the promise of its grids: an integer zero point in every slice with zero=integer, which Packed wants';
  const { report } = await quantize(await wantingPort(), { registry: registry([breaking]), bits: 8 });
  expect(report.weights[0]!.reason).toContain(words);
  expect(report.weights[0]!.warnings).toContain(words);
  const { report: real } = await quantize(await wantingPort(), {
    registry: registry([breaking]),
    weights: 'min-max:zero=real',
    bits: 8,
  });
  expect(real.weights[0]!.warnings).not.toContain(words);
});

test('an edited plan tells of a packed form only where its entry is still the one that planning made', async () => {
  const port = await wantingPort();
  const known = registry([gridded, coarse('other')]);
  const { plan } = await quantize(port, { registry: known, bits: 8 });
  const [entry] = plan.weights as [QuantizedEntry];
  const edits: Partial<QuantizedEntry>[] = [
    { quantizer: { name: 'other', options: {} } },
    { quantizer: { name: 'min-max', options: { zero: 'real' } } },
  ];
  for (const edit of edits) {
    const { report, plan: applied } = await applyPlan(
      port,
      { ...plan, weights: [{ ...entry, ...edit }] },
      known,
    );
    expect(report.weights[0]!.reason).not.toContain('Packed');
    expect(applied.weights[0]).not.toHaveProperty('instead');
    expect(applied.weights[0]).not.toHaveProperty('wanted');
  }
  const elsewhere = await applyPlan(memoryPort(model), plan, known);
  expect(elsewhere.report.weights[0]!.reason).not.toContain('Packed');
});
