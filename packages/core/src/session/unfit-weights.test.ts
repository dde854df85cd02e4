import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { registry } from '../contract/registry.js';
import type { ProgressEvent } from '../contract/events.js';
import { applyPlan } from './apply-plan.js';
import { quantize } from './quantize.js';

const shape = [4, 16];
const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const broken = (value: number) => values.map((own, at) => (at === 37 ? value : own));
const known = registry([coarse()]);

test.each([NaN, Infinity, -Infinity, -3.4028234663852886e38, 1e38])(
  'a weight that holds %d stays float, with a warning, and the rest is quantized',
  async (value) => {
    const model: MemoryModel = { first: { shape, values }, mask: { shape, values: broken(value) } };
    const { model: written, plan, report } = await quantize(memoryPort(model), { registry: known });
    expect(report.weights.map(({ id }) => id)).toEqual(['first']);
    expect([...written['mask']!.values]).toEqual([...model['mask']!.values]);
    const [, left] = plan.weights;
    expect(left).toMatchObject({ id: 'mask', bits: 'float' });
    expect(left?.reason).toContain('value 37 of 64');
    expect(report.skipped).toEqual([expect.objectContaining({ subject: 'mask', reason: left?.reason })]);
    expect(report.warnings).toEqual([`mask: ${left?.reason}`]);
    const alone = await quantize(memoryPort(model), { registry: known, exclude: ['mask'] });
    expect(written).toEqual(alone.model);
    expect((await applyPlan(memoryPort(model), plan, known)).model).toEqual(written);
  },
);

test.each([-Infinity, NaN, -3.4e38])(
  'where the sole weight holds %d, nothing is to be quantized, and why is told',
  async (value) => {
    const model: MemoryModel = { mask: { shape, values: broken(value) } };
    await expect(quantize(memoryPort(model), { registry: known })).rejects.toMatchObject({
      code: 'nothing-to-quantize',
      received: expect.stringMatching(/^mask stays float: value 37 of 64 is /) as string,
      remedy: expect.stringContaining('finite') as string,
    });
  },
);

test('several that do not fit are found at once', async () => {
  const bad = (value: number) => ({ shape, values: broken(value) });
  const model: MemoryModel = { a: bad(NaN), first: { shape, values }, b: bad(Infinity), c: bad(-2e38) };
  const events: ProgressEvent[] = [];
  const onProgress = (event: ProgressEvent) => void events.push(event);
  const { report } = await quantize(memoryPort(model), { registry: known }, { onProgress });
  expect(report.skipped.map(({ subject }) => subject)).toEqual(['a', 'b', 'c']);
  expect(events.at(-1)).toMatchObject({ phase: 'write', done: 1, total: 1 });
});
