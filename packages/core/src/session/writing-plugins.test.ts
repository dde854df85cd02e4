import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { makePlan } from './make-plan.js';
import type { BitwidthPolicy } from '../contract/policy.js';
import type { FitContext, Quantizer } from '../contract/quantizer.js';
import { registry } from '../contract/registry.js';
import { askSchedule } from '../training/ask-schedule.js';
import { assignBits } from '../policy/assign-bits.js';
import { affineGrids } from '../scheme/scheme.js';
import type { SliceParameters } from '../scheme/types.js';
import { quantize } from './quantize.js';
import { fitSafely, refitSafely } from './fit-safely.js';

type Writable<T> = { -readonly [K in keyof T]: Writable<T[K]> };
const writable = <T>(value: T) => value as Writable<T>;

const model: MemoryModel = {
  a: { shape: [4, 8], values: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)) },
};
const honest = coarse();

/** What comes of a plugin's fit: codes, report, and whether the model is as it was. */
async function resultOf(members: Partial<Quantizer>) {
  const before = model['a']!.values.slice();
  const recipe = { registry: registry([{ ...honest, ...members }]), bits: 4 };
  const { model: written, report } = await quantize(memoryPort(model), recipe);
  expect(model['a']!.values).toEqual(before);
  return { values: written['a']!.values, error: report.weights[0]!.error };
}

test('a fit that writes on its values, its options and its context harms nothing', async () => {
  const expected = await resultOf({});
  const writing = await resultOf({
    fit(values, context) {
      const fitted = honest.fit(values, context);
      values.fill(0);
      writable(context.options)['stretch'] = 4;
      writable(context).bits = 2;
      return fitted;
    },
  });
  expect(writing).toEqual(expected);
});

test('a fit that writes on the buffer behind its values, or gives it away, harms nothing', async () => {
  const expected = await resultOf({});
  const buffers: ((values: Float32Array) => void)[] = [
    (values) => new Float32Array(values.buffer).fill(9),
    (values) => structuredClone(values.buffer, { transfer: [values.buffer as ArrayBuffer] }),
  ];
  for (const spoil of buffers) {
    const spoiling = await resultOf({
      fit(values, context) {
        const fitted = honest.fit(values, context);
        spoil(values);
        return fitted;
      },
    });
    expect(spoiling).toEqual(expected);
  }
});

test('a fit of ranges that writes on them harms nothing', async () => {
  const gridOf = (min: number, max: number) => honest.fit(Float32Array.of(min, max), contextAt4);
  const overRanges = (write: boolean): Partial<Quantizer> => ({
    fitRanges({ min, max }) {
      const grids = affineGrids(min.length);
      min.forEach((low, s) => grids.add(gridOf(low, max[s]!) as Parameters<typeof grids.add>[0]));
      if (write) min.fill(7);
      return grids.scheme();
    },
  });
  expect(await resultOf(overRanges(true))).toEqual(await resultOf(overRanges(false)));
});

test('a codebook that is the sorted values themselves stays what it was', async () => {
  const keeps: Partial<Quantizer> = {
    bits: { weight: [4] },
    fit: (values) => ({ kind: 'codebook', values: values.sort() }),
  };
  expect((await resultOf(keeps)).error).toMatchObject({ sqnrDb: null });
});

const contextAt4: FitContext = { role: 'weight', bits: 4, options: { stretch: 1 }, random: () => 0 };

test('a refit and a fit of activations get their own of all that they are given', () => {
  const previous: SliceParameters = { kind: 'codebook', values: Float32Array.of(1, 2) };
  const frozen = Uint8Array.of(1, 0);
  const writing: Quantizer = {
    ...honest,
    refit(_, context) {
      if (context.previous.kind === 'codebook') context.previous.values.fill(0);
      context.frozen.fill(0);
      return previous;
    },
    fit(values, { statistics, ...context }) {
      writable(statistics!).sample.fill(0);
      return honest.fit(values, context);
    },
  };
  refitSafely(writing, Float32Array.of(1, 2), { ...contextAt4, previous, frozen }, 'here');
  expect([[...previous.values], [...frozen]]).toEqual([
    [1, 2],
    [1, 0],
  ]);
  const statistics = { sample: [1, 2] } as unknown as NonNullable<FitContext['statistics']>;
  fitSafely(writing, Float32Array.of(1), { ...contextAt4, role: 'activation', statistics }, 'here');
  expect(statistics.sample).toEqual([1, 2]);
});

const badResults = {
  nothing: undefined,
  'a promise': Promise.resolve({ kind: 'affine', levels: 3, scale: 1 }),
  "kind 'linear'": { kind: 'linear' },
  "kind 'affine' without its numbers": { kind: 'affine', levels: 16 },
  'an object without a kind': {},
  "kind 'codebook' without its numbers": { kind: 'codebook' },
  'values in an ordinary list': { kind: 'codebook', values: [1, 2] },
  'thresholds in a list of type Float64Array': {
    kind: 'codebook',
    values: Float32Array.of(1, 2),
    thresholds: Float64Array.of(1.5),
  },
  'scales in an ordinary list': { kind: 'residual', scales: [1] },
};

test.each(Object.entries(badResults))(
  'what fit returns instead of parameters is told with its name: %s',
  async (received, result) => {
    const fit = () => result as SliceParameters;
    await expect(resultOf({ fit })).rejects.toMatchObject({
      code: 'plugin-failed',
      where: "quantizer 'min-max' at weight 'a'",
      received: expect.stringContaining(received) as string,
    });
  },
);

test.each([
  [
    { kind: 'affine', levels: 16, scale: [1] },
    "kind 'affine' with scale in a Float32Array",
    'scale: Float32Array.from(scale).',
  ],
  [
    { kind: 'affine', levels: 16, scale: Float32Array.of(1), offset: [1] },
    "kind 'affine' with offset in a Float32Array",
    'offset: Float32Array.from(offset).',
  ],
  [
    { kind: 'affine', levels: 16, scale: 1 },
    'grids of all slices, or undefined',
    'at once, and no promise of them.',
  ],
])('a fit of ranges that returns no grids is told with its name: %#', async (result, expected, remedy) => {
  await expect(resultOf({ fitRanges: () => result as never })).rejects.toMatchObject({
    code: 'plugin-failed',
    where: "quantizer 'min-max' at weight 'a'",
    expected: expect.stringContaining(expected) as string,
    remedy: expect.stringContaining(remedy) as string,
  });
});

test('a policy that writes on the draft and the layers harms nothing', async () => {
  const port = memoryPort(model);
  const layers = await port.layers();
  const draft = [{ id: 'a', bits: 8, reason: 'draft' }];
  const before = JSON.stringify([draft, layers]);
  const policy: BitwidthPolicy = {
    kind: 'policy',
    api: 2,
    name: 'writing',
    assign(given, seen) {
      writable(seen[0]!.weights[0]!).shape.fill(0);
      writable(seen).length = 0;
      return given.map((entry) => Object.assign(entry, { bits: 4, reason: 'written' }));
    },
  };
  expect(assignBits(policy, draft, layers)).toEqual([{ id: 'a', bits: 4, reason: 'written' }]);
  expect(JSON.stringify([draft, layers])).toBe(before);
});

test.each([undefined, Promise.resolve([]), [{ id: 'a' }]])(
  'what a policy returns instead of a list is told with its name',
  async (result) => {
    const policy: BitwidthPolicy = { kind: 'policy', api: 2, name: 'odd', assign: () => result as never };
    await expect(
      makePlan(memoryPort(model), { registry: registry([honest]), bits: policy }),
    ).rejects.toMatchObject({
      code: 'plugin-failed',
      where: "policy 'odd'",
    });
  },
);

test('a schedule that writes on the weights harms nothing', async () => {
  const tensor = {
    shape: [2],
    slicing: 'tensor',
    bits: 1,
    codes: Uint8Array.of(0, 1),
    parameterStorage: 'float32',
  } as const;
  const scheme = { kind: 'affine', levels: 2, scale: Float32Array.of(1) } as const;
  const of = { id: 'a', layer: 'l', depth: 0, bits: 1, options: {}, frozen: Uint8Array.of(1, 0) };
  const weight = {
    ...of,
    tensor: { ...tensor, scheme },
    values: new Float32Array(2),
    quantized: new Float32Array(2),
  };
  const state = { finished: 0, weights: [weight], options: {}, random: () => 0, memory: {} };
  const round = await askSchedule(
    {
      kind: 'schedule',
      api: 2,
      name: 'writing',
      next(given) {
        given.weights[0]!.tensor.codes.fill(1);
        given.weights[0]!.frozen.fill(0);
        given.memory['seen'] = true;
        return null;
      },
    },
    state,
  );
  expect(round).toBeNull();
  expect([[...tensor.codes], [...of.frozen], state.memory]).toEqual([[0, 1], [1, 0], { seen: true }]);
});
