import { policyLaws } from '@lowbit/conformance';
import { type BitPolicyChoice, cascade, ends, type ModelPort, quantize, registry } from '@lowbit/core';
import { packedTensorBytes } from '@lowbit/core/adapter';
import {
  assignBits,
  type BitAssignment,
  type FeatureSet,
  type LayerDescriptor,
  type Quantizer,
  sizeOf,
} from '@lowbit/core/method';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressive, type ProgressiveOptions } from './progressive.js';

type Shape = readonly number[];

function layer(id: string, depth: number, ...shapes: readonly Shape[]): LayerDescriptor {
  const weights = shapes.map((shape, i) => ({
    id: `${id}/w${i}`,
    kernel: 'kernel' as const,
    shape,
    outputAxes: [0],
    inputAxis: 1,
    storedBytes: 4,
    read: () => new Float32Array(0),
  }));
  return { id, op: 'Conv', depth, weights, sites: [] };
}

const draftOf = (layers: readonly LayerDescriptor[]): BitAssignment[] =>
  layers.flatMap(({ weights }) => weights.map(({ id }) => ({ id, bits: 8, reason: 'default' })));

/** Two classes at ±distance in one dimension, each of two samples that are 1 away from the middle: J = distance². */
function featuresOf(separability: Readonly<Record<string, number>>): FeatureSet {
  const layers = Object.entries(separability).map(
    ([id, value]): [string, { dimensions: number; values: Float32Array }] => {
      const at = Math.sqrt(value);
      return [id, { dimensions: 1, values: Float32Array.of(-at - 1, -at + 1, at - 1, at + 1) }];
    },
  );
  return { labels: [0, 0, 1, 1], layers: new Map(layers) };
}

const four = ['a', 'b', 'c', 'd'].map((id, depth) => layer(id, depth, [4, 4, 3, 3]));

function assigned(
  settings: ProgressiveOptions,
  layers: readonly LayerDescriptor[],
  features?: FeatureSet,
  draft = draftOf(layers),
) {
  return assignBits(progressive(settings), draft, layers, features === undefined ? {} : { features });
}

const bitsOf = (entries: readonly BitAssignment[]) => entries.map(({ bits }) => bits);

describe('progressive', () => {
  it('computes the example of its documentation, and gives the reasons', () => {
    const entries = assigned({}, four, featuresOf({ a: 0.1, b: 0.4, c: 0.3, d: 1.6 }));
    expect(bitsOf(entries)).toEqual([8, 5, 5, 2]);
    expect(entries[1]!.reason).toBe('trace-ratio 0.400, 50 % of the way: 5 bits');
  });

  it.each(['trace-ratio', 'fisher', 'linear-probe'] as const)('never rises with depth by %s', (measure) => {
    const bits = bitsOf(
      assigned({ measure }, four, featuresOf({ a: 0.01, b: 0.2, c: 3, d: 60 })),
    ) as number[];
    expect(bits.at(0)).toBe(8);
    expect(bits.at(-1)).toBe(2);
    bits.forEach((own, i) => expect(own).toBeLessThanOrEqual(bits[i - 1] ?? 8));
  });

  it('gives two layers the ends, and goes by depth, not by the order of the list', () => {
    const layers = [layer('late', 7, [4, 4]), layer('early', 1, [4, 4])];
    expect(bitsOf(assigned({ from: 6, to: 3 }, layers, featuresOf({ early: 1, late: 2 })))).toEqual([3, 6]);
  });

  it('puts layers that were not measured between their neighbours', () => {
    const entries = assigned({}, four, featuresOf({ a: 1, d: 8 }));
    expect(bitsOf(entries)).toEqual([8, 6, 4, 2]);
    expect(entries[1]!.reason).toBe('not measured, between its neighbours, 33 % of the way: 6 bits');
  });

  it.each([
    ['no labelled features were given', undefined],
    ['does not grow with depth', featuresOf({ a: 2, b: 1, c: 1, d: 2 })],
    ['does not grow with depth', featuresOf({ a: 0, b: 0 })],
    ['no layer with weights was measured', featuresOf({ elsewhere: 1 })],
  ])('falls back to stages and says so: %s', (reason, features) => {
    const entries = assigned({}, four, features);
    expect(bitsOf(entries)).toEqual([8, 8, 4, 2]);
    for (const entry of entries) expect(entry.reason).toMatch(new RegExp(`${reason}: stage \\d of 3`));
  });

  it('snaps to widths that are stored without waste', () => {
    const features = featuresOf({ a: 1, b: 2, c: 4, d: 8 });
    expect(bitsOf(assigned({ to: 1 }, four, features))).toEqual([8, 6, 3, 1]);
    expect(bitsOf(assigned({ to: 1, snap: true }, four, features))).toEqual([8, 8, 4, 1]);
    expect(bitsOf(assigned({ to: 1, snap: true }, four))).toEqual([8, 8, 4, 1]);
  });

  it('keeps depthwise convolutions at 4 bits or more', () => {
    const layers = [layer('a', 0, [8, 8, 3, 3]), layer('b', 1, [8, 1, 3, 3], [8, 8, 1, 1])];
    const entries = assigned({}, layers);
    expect(bitsOf(entries)).toEqual([8, 4, 2]);
    expect(entries[1]!.reason).toContain('4 bits, as each output reads one channel');
    expect(bitsOf(assigned({ depthwise: 8 }, layers))).toEqual([8, 8, 2]);
  });

  it('leaves float weights alone and does not count them', () => {
    const policy = cascade(ends('float'), progressive({ budget: 5 }));
    const entries = assignBits(policy, draftOf(four), four);
    expect(bitsOf(entries)).toEqual(['float', 8, 2, 'float']);
  });

  it('says what the budget changed', () => {
    const entries = assigned({ budget: 3 }, four, featuresOf({ a: 1, b: 2, c: 4, d: 8 }));
    expect(bitsOf(entries)).toEqual([5, 3, 2, 2]);
    expect(entries[0]!.reason).toContain('lowered to 5 by the budget of 3 bits a weight');
    expect(assigned({ budget: 7 }, four)[2]!.reason).toContain(
      'raised to 8 by the budget of 7 bits a weight',
    );
  });

  describe('with bytes', () => {
    const even: Quantizer = {
      kind: 'quantizer',
      api: 2,
      name: 'min-max',
      roles: ['weight'],
      bits: { weight: [1, 2, 3, 4, 5, 6, 7, 8] },
      fit: (_, { bits }) => ({ kind: 'affine', levels: 2 ** bits, scale: 2 ** (1 - bits), offset: -1 }),
    };
    const registryOf = registry([even]);
    const shapes = { a: [4, 4], b: [8, 16], c: [16, 32], d: [4, 16] };
    /** Matrices whose file takes 100 bytes beside the packed weights. */
    const port = (): ModelPort<object> => ({
      name: 'matrices',
      supports: { parameterStorage: ['float32'], activations: false },
      layers: () =>
        Object.entries(shapes).map(([id, shape], depth) => {
          const made = layer(id, depth, shape);
          const read = () => Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i ** 2));
          return { ...made, weights: made.weights.map((weight) => ({ ...weight, read })) };
        }),
      write: () => {
        let after = 100;
        return {
          add: (_, tensor) => void (after += packedTensorBytes(tensor)),
          finish: () => ({ model: {}, storage: [], modelBytes: { before: 4 * 728, after } }),
        };
      },
    });
    const made = (bits: BitPolicyChoice) => quantize(port(), { registry: registryOf, bits });

    it('the written model fits, and widths never rise', async () => {
      const free = await made(progressive());
      const sizes = [0.95, 0.8, 0.7].map((part) => Math.floor(part * free.report.modelBytes.after));
      for (const bytes of sizes) {
        const { report, plan } = await made(progressive({ bytes }));
        expect(report.modelBytes.after).toBeLessThanOrEqual(bytes);
        const bits = plan.weights.map((entry) => Number(entry.bits));
        expect(bits).toEqual([...bits].sort((a, b) => b - a));
        expect(plan.weights.map(({ reason }) => reason).join()).toContain('by the limit of bytes');
        expect(report.warnings).toEqual([]);
      }
      const same = await made(progressive({ bytes: free.report.modelBytes.after }));
      expect(same.plan.weights).toEqual(free.plan.weights);
    });

    it('others are decided before it and count; too few bytes are told', async () => {
      const bytes = 900;
      const { plan, report } = await made(cascade(progressive({ bytes }), ends(8)));
      expect(report.modelBytes.after).toBeLessThanOrEqual(bytes);
      expect(plan.weights.map(({ bits }) => bits)).toEqual([8, expect.any(Number), expect.any(Number), 8]);
      await expect(made(progressive({ bytes: 300 }))).rejects.toMatchObject({
        code: 'budget-infeasible',
        expected: expect.stringMatching(/^at least \d+ bytes/) as string,
      });
      expect(() => progressive({ bytes: 10, budget: 3 })).toThrow('no budget beside it');
      expect(() => progressive({ bytes: 0 })).toThrow('a number above 0');
    });

    for (const law of policyLaws(progressive({ bytes: 1e6 }))) it(law.title, law.run);
  });

  it('gives a shared weight the bits of its first user', () => {
    const shared = layer('a', 0, [4, 4]);
    const layers = [shared, layer('b', 1, [4, 4]), { ...shared, id: 'c', depth: 2 }];
    expect(bitsOf(assigned({}, layers, undefined, draftOf(layers.slice(0, 2))))).toEqual([8, 2]);
  });

  it.each([
    [{ from: 2, to: 8 }, 'unsupported-option'],
    [{ from: 2.5, to: 1 }, 'unsupported-option'],
    [{ depthwise: 1.5 }, 'unsupported-option'],
    [{ measure: 'silhouette' as never }, 'unsupported-option'],
    [{ budget: 1.5 }, 'invalid-argument'],
  ])('refuses %j', (settings, code) => {
    expect(() => assigned(settings, four)).toThrowError(expect.objectContaining({ code }));
  });

  it('refuses features that are not finite, naming the layer', () => {
    expect(() => assigned({}, four, featuresOf({ a: NaN }))).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: "features of layer 'a'[0]" }),
    );
  });

  it('keeps to the order of depth and to the budget for any network and features', () => {
    const network = fc.array(
      fc.record({
        outputs: fc.integer({ min: 1, max: 64 }),
        separability: fc.option(fc.double({ min: 0, max: 1000, noNaN: true }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 10 },
    );
    const limits = fc.record({
      snap: fc.boolean(),
      budget: fc.oneof(fc.constant(0), fc.double({ min: 2, max: 16, noNaN: true })),
    });
    fc.assert(
      fc.property(network, limits, (found, settings) => {
        const layers = found.map(({ outputs }, i) => layer(`l${i}`, i, [outputs, 8, 3, 3]));
        const measured = found.flatMap(({ separability }, i) =>
          separability === undefined ? [] : [[`l${i}`, separability] as const],
        );
        const bits = bitsOf(assigned(settings, layers, featuresOf(Object.fromEntries(measured)))) as number[];
        bits.forEach((own, i) => expect(own).toBeLessThanOrEqual(bits[i - 1] ?? 8));
        expect(Math.min(...bits)).toBeGreaterThanOrEqual(2);
        const count = (i: number) => found[i]!.outputs * 72;
        const total = bits.reduce((sum, own, i) => sum + own * count(i), 0);
        const values = bits.reduce((sum, _, i) => sum + count(i), 0);
        if (settings.budget > 0) expect(total).toBeLessThanOrEqual(settings.budget * values + 1e-6);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  const policies = [progressive(), progressive({ from: 4, to: 1, snap: true, budget: 5 })];
  for (const policy of policies) for (const law of policyLaws(policy)) it(law.title, law.run);
});
