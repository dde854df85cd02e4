import { expect, test } from 'vitest';
import { coarse, layerOf, memoryPort, weightOf, type MemoryModel } from '../../test/memory-port.js';
import {
  applyPlan,
  byName,
  byOp,
  cascade,
  ends,
  everywhere,
  isLowbitError,
  makePlan,
  parsePlan,
  quantize,
  registry,
  seededRandom,
  type LowbitError,
  type ProgressEvent,
  type Quantizer,
  type Recipe,
  type BitAssignment,
  type BitwidthPolicy,
} from '../index.js';

const random = seededRandom(5);
const matrix = (rows: number, columns: number) => ({
  shape: [rows, columns],
  values: Float32Array.from({ length: rows * columns }, () => random() - 0.5),
});
const model: MemoryModel = { a: matrix(4, 64), b: matrix(8, 32), c: matrix(2, 8) };
const known = registry([coarse()]);

async function bitsOf(recipe: Recipe, port = memoryPort(model)) {
  const { plan } = await makePlan(port, { registry: known, ...recipe });
  return Object.fromEntries(plan.weights.map((entry) => [entry.id, entry.bits]));
}

async function failure(work: Promise<unknown>): Promise<LowbitError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isLowbitError(error)) throw new Error(`expected a LowbitError, got ${String(error)}`);
  return error;
}

test('the defaults are min-max, 8 bits, per channel, float32 parameters', async () => {
  const { plan } = await makePlan(memoryPort(model), { registry: known });
  expect(plan.weights[0]).toEqual({
    id: 'a',
    layer: 'layer-a',
    bits: 8,
    quantizer: { name: 'min-max', options: { stretch: 1 } },
    granularity: 'channel',
    parameterStorage: 'float32',
    reason: '8 bits everywhere',
  });
});

test('policies decide bits, the last word wins', async () => {
  expect(await bitsOf({ bits: cascade(everywhere(4), ends(8)) })).toEqual({ a: 8, b: 4, c: 8 });
  expect(await bitsOf({ bits: cascade(everywhere(4), ends('float')) })).toEqual({
    a: 'float',
    b: 4,
    c: 'float',
  });
  expect(await bitsOf({ bits: byName({ '*': 2, 'layer-b': 4, c: 8 }) })).toEqual({ a: 2, b: 4, c: 8 });
  const layers = [layerOf(model, 'a', 0, 'Conv'), layerOf(model, 'b', 1, 'LSTM')];
  expect(await bitsOf({ bits: byOp({ Conv: 4 }) }, memoryPort(model, layers))).toEqual({ a: 4, b: 8 });
});

test('a policy may name the quantizer and the granularity', async () => {
  const other = coarse('other');
  const recipe: Recipe = {
    registry: known,
    bits: cascade(everywhere(4), ends(8, { weights: other, granularity: 'tensor' })),
  };
  const { plan } = await makePlan(memoryPort(model), recipe);
  expect(
    plan.weights.map((entry) => entry.bits !== 'float' && [entry.quantizer.name, entry.granularity]),
  ).toEqual([
    ['other', 'tensor'],
    ['min-max', 'channel'],
    ['other', 'tensor'],
  ]);
});

test('rules, include and exclude change some layers', async () => {
  expect(
    await bitsOf({
      bits: 8,
      rules: [
        { match: { name: 'layer-?' }, bits: 4 },
        { match: { name: 'b' }, bits: 2 },
      ],
    }),
  ).toEqual({ a: 4, b: 2, c: 4 });
  expect(await bitsOf({ include: ['a', 'layer-b'] })).toEqual({ a: 8, b: 8, c: 'float' });
  expect(await bitsOf({ exclude: ['a'] })).toEqual({ a: 'float', b: 8, c: 8 });
  expect(await bitsOf({ rules: [{ match: { op: 'Dense' }, bits: 4 }] })).toEqual({ a: 4, b: 4, c: 4 });
  expect(await bitsOf({ includeOps: ['D*'], exclude: ['a'] })).toEqual({ a: 'float', b: 8, c: 8 });
});

test('a policy sees which weights are left alone', async () => {
  const seen: BitAssignment[][] = [];
  const watching: BitwidthPolicy = {
    ...everywhere(4),
    assign(draft) {
      seen.push([...draft]);
      return draft;
    },
  };
  await bitsOf({ bits: watching, exclude: ['layer-c'] });
  expect(seen[0]!.map(({ bits }) => bits)).toEqual([8, 8, 'float']);
  expect(seen[0]!.at(-1)!.reason).toBe('excluded by layer-c');
});

test('a shared weight gets the most bits that any of its users asks for', async () => {
  const shared = weightOf(model, 'a');
  const layers = ['first', 'second'].map((id, depth) => ({
    id,
    op: 'Dense',
    depth,
    weights: [shared],
    sites: [],
  }));
  expect(await bitsOf({ bits: byName({ first: 8, second: 4 }) }, memoryPort(model, layers))).toEqual({
    a: 8,
  });
});

test.each([
  [{ excludeOps: ['Gather'] }, 'float'],
  [{ exclude: ['second'] }, 'float'],
  [{ includeOps: ['Gather'] }, 8],
  [{ includeOps: ['Dense', 'Conv'], excludeOps: ['G*'] }, 'float'],
])('of a shared weight %j is about all of its users', async (recipe, bits) => {
  const shared = { depth: 0, weights: [weightOf(model, 'a')], sites: [] };
  const layers = [
    { ...shared, id: 'first', op: 'Dense' },
    { ...shared, id: 'second', op: 'Gather' },
    { ...shared, id: 'third', op: 'Conv', weights: [weightOf(model, 'b')] },
  ];
  expect((await bitsOf(recipe, memoryPort(model, layers)))['a']).toBe(bits);
});

test('others have a turn between slices of one weight, and may cancel the work there', async () => {
  const stop = new AbortController();
  let fitted = 0;
  const slow: Quantizer = {
    ...coarse('slow'),
    fit(slice, context) {
      if (fitted++ === 0) setImmediate(() => stop.abort());
      const start = Date.now();
      while (Date.now() - start < 20);
      return coarse().fit(slice, context);
    },
  };
  const port = memoryPort({ a: matrix(200, 2) });
  const work = quantize(port, { weights: slow }, { signal: stop.signal });
  await expect(work).rejects.toMatchObject({ code: 'aborted' });
  expect(fitted).toBeLessThan(200);
});

test('groups longer than the input axis fall back to channels, with a reason', async () => {
  const { plan } = await makePlan(memoryPort(model), { registry: known, granularity: 'group:32' });
  const granularities = plan.weights.map((entry) => entry.bits !== 'float' && entry.granularity);
  expect(granularities).toEqual(['group:32', 'group:32', 'channel']);
  expect(plan.weights[2]!.reason).toContain('shorter than a group');
});

test('quantizing gives a new model and a report with true sizes', async () => {
  const before = model['a']!.values.slice();
  const { model: small, report } = await quantize(memoryPort(model), { registry: known, bits: 4 });
  expect(model['a']!.values).toEqual(before);
  expect(small['a']!.values).not.toEqual(before);
  const row = report.weights[0]!;
  expect(row.sizes).toEqual({ float: 1024, nominal: 128, stored: 128 + 16, memory: 1024 });
  expect(row.bitsPerWeight).toBe(4.5);
  expect(row.error!.sqnrDb).toBeGreaterThan(15);
  expect(row.histogram!.counts.reduce((sum, count) => sum + count, 0)).toBe(256);
  expect(row.histogram!.levels).toHaveLength(15);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('nothing is measured where that is not wanted, and all else is the same', async () => {
  const recipe = { registry: known, bits: 4 } as const;
  const measured = await quantize(memoryPort(model), recipe);
  const { model: small, report } = await quantize(memoryPort(model), recipe, { measure: false });
  expect(small).toEqual(measured.model);
  expect(report).toEqual({
    ...measured.report,
    weights: measured.report.weights.map(({ error, histogram, ...row }) => {
      expect([error, histogram]).not.toContain(undefined);
      return row;
    }),
    verdict: {
      grade: 'untested',
      by: 'nothing',
      sqnrDb: null,
      smaller: false,
      reason: expect.any(String) as string,
    },
  });
});

test('a plan can be stored, edited and applied again with the same result', async () => {
  const first = await quantize(memoryPort(model), { registry: known, bits: 4 });
  const stored = parsePlan(JSON.parse(JSON.stringify(first.plan)), 'plan.json');
  const again = await applyPlan(memoryPort(model), stored, known);
  expect(again.model).toEqual(first.model);
  const edited = { ...stored, weights: stored.weights.filter((entry) => entry.id !== 'a') };
  const { report } = await applyPlan(memoryPort(model), edited, known);
  expect(report.skipped).toEqual([
    { layer: 'layer-a', op: 'Dense', subject: 'a', reason: 'not in the plan' },
  ]);
});

test('planning gathers every problem into one error', async () => {
  const error = await failure(
    quantize(memoryPort(model), {
      registry: known,
      bits: 3,
      parameterStorage: { kind: 'two-level', bits: 6 },
    }),
  );
  expect(error.problems.map((problem) => problem.code)).toEqual(
    ['a', 'b', 'c'].flatMap(() => ['unsupported-bits', 'unsupported-storage']),
  );
  expect(error.message).toContain('bits 2, 4, 8');
});

test('widths of two-level parameters that no reader knows are refused while planning', async () => {
  const port = memoryPort(model);
  const storing: typeof port = {
    ...port,
    supports: { ...port.supports, parameterStorage: ['float32', 'two-level'] },
  };
  for (const bits of [5, 7, 12, '6', undefined]) {
    const recipe = { registry: known, parameterStorage: { kind: 'two-level', bits } as never };
    const error = await failure(makePlan(storing, recipe));
    expect(error).toMatchObject({
      code: 'unsupported-storage',
      expected: 'two-level parameters of 6 or 8 bits',
    });
  }
  await makePlan(storing, { registry: known, parameterStorage: { kind: 'two-level', bits: 8 } });
});

test('names are resolved with options, and unknown ones are told', async () => {
  const { plan } = await makePlan(memoryPort(model), { registry: known, weights: 'min-max:stretch=2' });
  expect(plan.weights[0]).toMatchObject({ quantizer: { name: 'min-max', options: { stretch: 2 } } });
  expect((await failure(quantize(memoryPort(model), { registry: known, weights: 'nope' }))).code).toBe(
    'unknown-plugin',
  );
  for (const weights of ['min-max:stretch=9', 'min-max:other=1', 'min-max:stretch']) {
    expect((await failure(quantize(memoryPort(model), { registry: known, weights }))).code).toBe(
      'unsupported-option',
    );
  }
});

test('a plan for another model, a broken plan and an empty result are refused', async () => {
  const { plan } = await makePlan(memoryPort(model), { registry: known });
  const stranger = { ...plan, weights: [{ ...plan.weights[0]!, id: 'zzz' }] };
  expect((await failure(applyPlan(memoryPort(model), stranger, known))).code).toBe('plan-mismatch');
  expect((await failure(quantize(memoryPort(model), { registry: known, exclude: ['*'] }))).code).toBe(
    'nothing-to-quantize',
  );
  expect(() => parsePlan({ format: 'lowbit-plan', weights: [{ bits: 'x' }] }, 'p.json')).toThrow(
    'p.json: weights[0].bits',
  );
  expect(() => parsePlan(null, 'p.json')).toThrow('plan-invalid');
});

test('what a plugin throws is reported with its name and the weight', async () => {
  const broken = {
    ...coarse('broken'),
    fit: () => {
      throw new TypeError('oops');
    },
  };
  const error = await failure(quantize(memoryPort(model), { weights: broken }));
  expect(error).toMatchObject({
    code: 'plugin-failed',
    where: "quantizer 'broken' at weight 'a'",
    received: 'oops',
  });
});

test('plugins for another interface, and two with one name, are refused', () => {
  const other = { ...coarse(), api: 3 as 2 };
  expect(() => registry([other])).toThrow('expected api 2; received api 3');
  const older = { ...coarse(), api: 1 as 2 };
  expect(() => registry([older])).toThrow(/received api 1.* observes for sees, and fitsInForward for live/);
  for (const members of [{ sees: 'patches' }, { live: true }])
    expect(() => registry([{ ...coarse(), ...members }])).toThrow(
      expect.objectContaining({
        code: 'plugin-api',
        received: `api 2 with ${Object.keys(members)[0]}`,
        remedy: expect.stringContaining('observes for sees, and fitsInForward for live') as string,
      }),
    );
  expect(() => registry([coarse(), coarse()])).toThrow('duplicate-plugin');
  expect(() => registry([{} as never])).toThrow('invalid-argument');
});

test('progress is told in order and cancelling stops the work', async () => {
  const events: ProgressEvent[] = [];
  await quantize(memoryPort(model), { registry: known }, { onProgress: (event) => events.push(event) });
  expect(events.filter(({ phase }) => phase === 'quantize').map(({ done }) => done)).toEqual([0, 1, 2, 3]);
  expect(events.at(-1)).toEqual({ phase: 'write', done: 1, total: 1 });
  const stop = new AbortController();
  const onProgress = ({ id }: ProgressEvent) => {
    if (id === 'b') stop.abort();
  };
  const error = await failure(
    quantize(memoryPort(model), { registry: known }, { signal: stop.signal, onProgress }),
  );
  expect(error.code).toBe('aborted');
});

test('values far beyond a method’s grid are warned about, with a better method named', async () => {
  const narrow = { ...coarse('narrow'), fit: () => ({ kind: 'affine', levels: 255, scale: 0.001 }) as const };
  const { report } = await quantize(memoryPort(model), { weights: narrow });
  expect(report.warnings[0]).toMatch(/^a: values reach .* use min-max/);
  const { report: fine } = await quantize(memoryPort(model), { weights: coarse('wide') });
  expect(fine.warnings).toEqual([]);
});

test('a schedule, which does nothing here, is checked as training checks it', async () => {
  const schedule = { kind: 'schedule', api: 1, name: 'older', next: () => undefined } as never;
  const recipe = { registry: registry([coarse()]), schedule };
  await expect(quantize(memoryPort(model), recipe)).rejects.toMatchObject({ code: 'plugin-api' });
  const unknown = { registry: registry([coarse()]), schedule: 'nowhere' };
  await expect(quantize(memoryPort(model), unknown)).rejects.toMatchObject({ code: 'unknown-plugin' });
});
