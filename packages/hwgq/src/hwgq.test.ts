import { readFileSync } from 'node:fs';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { decode, encode } from '@lowbit/core';
import {
  activationSite,
  arrayOps,
  backwardOf,
  forwardOf,
  optionsOf,
  seededRandom,
  siteParameters,
  type ArrayTensor,
  type FitContext,
  type Quantizer,
  type Site,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { described, observed } from '../test/contexts.js';
import { evenNormal, randomNormal } from '../test/normal-values.js';
import type { BackwardRule } from './gradient.js';
import { hwgq } from './hwgq.js';
import { type CellRule, halfWaveRow, halfWaveTable, type LevelKind } from './levels.js';

interface Golden {
  activations: number[];
  observedDeviation: number;
  rows: {
    levels: LevelKind;
    cell: CellRule;
    bits: number;
    deviation: number;
    codes: number[];
    values: number[];
    gradients: Record<BackwardRule, number[]>;
  }[];
  binary: { weights: number[][]; alpha: number[]; codes: number[][]; values: number[][] };
}

const file = new URL('../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const backwardRules = ['vanilla', 'clipped', 'log-tailed'] as const;

/** Codes, values and gradients (for an upstream gradient of 1) of a row of values at one site. */
function run(
  quantizer: Quantizer,
  values: ArrayLike<number>,
  context: FitContext,
  sample = new Float32Array(0),
) {
  const data = Float32Array.from(values);
  const { bits, options } = context;
  const fitted = quantizer.fit(sample, context);
  const tensor = encode(data, [1, data.length], 'tensor', { bits, fit: () => fitted });
  const site: Site<ArrayTensor> = {
    role: 'activation',
    bits,
    options,
    parameters: siteParameters(arrayOps, tensor.scheme, 1),
  };
  const x = { shape: [1, data.length], data };
  const ones = { shape: x.shape, data: data.map(() => 1) };
  return {
    codes: [...tensor.codes],
    decoded: [...decode(tensor)],
    forward: [...forwardOf(quantizer)(arrayOps, x, site).data],
    gradient: [...backwardOf(quantizer)(arrayOps, x, ones, site).x.data],
  };
}

function close(received: readonly number[], expected: readonly number[], permitted: number) {
  expect(received.length).toBe(expected.length);
  received.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(permitted));
}

/** E[(Q(x) − x)²; x > 0] of the levels for one width on standard normal numbers. */
function lossOn(values: Float32Array, quantizer: Quantizer, bits: number): number {
  const fitted = quantizer.fit(new Float32Array(0), described(quantizer, bits));
  const decoded = decode(encode(values, [values.length], 'tensor', { bits, fit: () => fitted }));
  return values.reduce((sum, value, i) => sum + (Math.max(value, 0) - decoded[i]!) ** 2, 0) / values.length;
}

describe('hwgq of activations', () => {
  it.each(golden.rows)(
    'equals numpy: $levels, $cell, $bits bits, deviation $deviation',
    ({ levels, cell, bits, deviation, codes, values, gradients }) => {
      for (const backward of backwardRules) {
        const quantizer = hwgq({ levels, cell, backward });
        const normal = { mean: 0, deviation };
        const result = run(quantizer, golden.activations, described(quantizer, bits, normal));
        expect(result.codes).toEqual(codes);
        // Permits the float32 rounding of levels up to 6 and the deviation from the integral, 1e-7 of it.
        close(result.decoded, values, 2e-6);
        close(result.forward, values, 2e-6);
        close(result.gradient, gradients[backward], 2e-6);
      }
    },
  );

  it('scales its levels by the observed positive values', () => {
    const quantizer = hwgq();
    const values = Float32Array.from(golden.activations);
    const parameters = quantizer.fit(values, observed(quantizer, 2, values));
    const levels = [0, ...halfWaveRow('uniform', 'caffe', 2).levels];
    if (parameters.kind !== 'codebook') throw new Error(parameters.kind);
    close(
      [...parameters.values],
      levels.map((level) => level * golden.observedDeviation),
      1e-6,
    );
  });

  it.each([
    ['released', 1, [0, 0.799], [0]],
    ['released', 2, [0, 0.538, 1.076, 1.614], [0, 0.807, 1.345]],
    ['released-non-uniform', 2, [0, 0.453, 1.51], [0, 0.9815]],
  ] as const)('has the constants of the authors: levels=%s, %i bits', (levels, bits, values, thresholds) => {
    const quantizer = hwgq({ levels });
    const parameters = quantizer.fit(new Float32Array(0), described(quantizer, bits));
    if (parameters.kind !== 'codebook') throw new Error(parameters.kind);
    expect([...parameters.values]).toEqual(values.map(Math.fround));
    close([...parameters.thresholds!], thresholds, 1e-7);
  });

  it('makes infinite values the outermost levels: 0 for −∞', () => {
    const quantizer = hwgq({ levels: 'released' });
    const { bits, options } = described(quantizer, 2);
    const parameters = quantizer.fit(new Float32Array(0), described(quantizer, 2));
    const site = activationSite(arrayOps, { id: 'x', bits, quantizer, options, parameters });
    const x = arrayOps.constant({ shape: [1, 4], data: [-Infinity, -3e38, 3e38, Infinity] });
    const top = Math.fround(1.614);
    expect([...forwardOf(quantizer)(arrayOps, x, site).data]).toEqual([0, 0, top, top]);
  });

  // The released constants at 2 bits: 0.538, 1.076, 1.614 with thresholds 0, 0.807, 1.345 (or 0.269).
  const inputs = [-0.6, -0.01, 0, 0.01, 0.2689, 0.27, 0.5, 0.806, 0.808, 1, 1.344, 1.346, 1.7, 2.5];
  const [a, b, c] = [0.538, 1.076, 1.614];
  it.each([
    ['caffe', [0, 0, 0, a, a, a, a, a, b, b, b, c, c, c]],
    ['nearest', [0, 0, 0, 0, 0, a, a, a, b, b, b, c, c, c]],
  ] as const)('equals the released quantizer when its step is scaled to 0.538: %s', (cell, expected) => {
    const quantizer = hwgq({ cell });
    const deviation = 0.538 / halfWaveRow('uniform', cell, 2).levels[0]!;
    const context = described(quantizer, 2, { mean: 0, deviation });
    close(run(quantizer, inputs, context).decoded, expected, 1e-6);
  });

  it.each([
    ['vanilla', 1, 1],
    ['clipped', 0, 0],
    ['log-tailed', 0.920810313076, 0.530222693531],
  ] as const)('has the %s gradient of the paper, here of the caffe step 0.538', (backward, near, far) => {
    // At the paper's unit deviation with q_m = 1.614: τ = 0.614.
    const quantizer = hwgq({ backward });
    const scale = halfWaveRow('uniform', 'caffe', 2).levels[2]! / 1.614;
    const result = run(quantizer, inputs, described(quantizer, 2, { mean: 0, deviation: 1 / scale }));
    const expected = inputs.map((x) => (x <= 0 ? 0 : x <= 1.614 ? 1 : x < 2 ? near : far));
    // The deviation differs from 1 by 0.15 %, and with it the tail.
    close(result.gradient, expected, 0.002);
  });

  const even = evenNormal(1_000_000);
  const combinations = (['uniform', 'non-uniform', 'released', 'released-non-uniform'] as const).flatMap(
    (levels) => (['caffe', 'nearest'] as const).map((cell) => [levels, cell] as const),
  );

  it.each(combinations)('has the loss of the table on even normal numbers: %s, %s', (levels, cell) => {
    for (const { bits, loss } of halfWaveTable[levels][cell]) {
      // Permits the sampling error of the lattice.
      expect(Math.abs(lossOn(even, hwgq({ levels, cell }), bits) / loss - 1)).toBeLessThan(0.005);
    }
  });

  it('has the losses that are printed for it: 2 bits', () => {
    const random = randomNormal(1_000_000, 2017);
    expect(lossOn(random, hwgq(), 2)).toBeCloseTo(0.0432, 3);
    expect(lossOn(random, hwgq({ cell: 'nearest' }), 2)).toBeCloseTo(0.0234, 3);
    expect(lossOn(random, hwgq({ levels: 'non-uniform' }), 2)).toBeCloseTo(0.029, 3);
    expect(lossOn(random, hwgq({ levels: 'non-uniform', cell: 'nearest' }), 2)).toBeCloseTo(0.022, 3);
  });

  it('gives a value on a threshold the lower code', () => {
    const quantizer = hwgq();
    const context = described(quantizer, 2);
    const parameters = quantizer.fit(new Float32Array(0), context);
    if (parameters.kind !== 'codebook') throw new Error(parameters.kind);
    expect(run(quantizer, parameters.thresholds!, context).codes).toEqual([0, 1, 2]);
  });

  it('computes the example of its documentation', () => {
    const quantizer = hwgq();
    const result = run(quantizer, [-1, 0.1, 1, 3], described(quantizer, 2));
    close(result.decoded, [0, 0.5388, 1.0776, 1.6164], 5e-5);
    expect(result.gradient).toEqual([0, 1, 1, 0]);
  });

  it('gives 0 everywhere at a dead site, with a gradient of 0', () => {
    for (const backward of backwardRules) {
      const quantizer = hwgq({ backward });
      const sample = Float32Array.of(-1, 0, -2);
      const result = run(quantizer, [-1, 0, 2], observed(quantizer, 2, sample), sample);
      expect(result.decoded).toEqual([0, 0, 0]);
      expect(result.gradient).toEqual(backward === 'vanilla' ? [0, 0, 1] : [0, 0, 0]);
    }
  });

  it('keeps NaN visible in training', () => {
    const quantizer = hwgq();
    const site = {
      role: 'activation',
      bits: 1,
      options: optionsOf(quantizer, {}),
      parameters: {
        kind: 'codebook',
        values: [arrayOps.constant(0), arrayOps.constant(0.8)],
        thresholds: [arrayOps.constant(0)],
      },
    } as const;
    const x = { shape: [1, 2], data: Float32Array.of(NaN, 1) };
    expect([...forwardOf(quantizer)(arrayOps, x, site).data]).toEqual([NaN, Math.fround(0.8)]);
  });

  it('treats a deviation too small for float32 as none, and stays finite for a huge one', () => {
    const quantizer = hwgq();
    const tiny = quantizer.fit(new Float32Array(0), described(quantizer, 4, { mean: 0, deviation: 1e-39 }));
    expect(tiny).toMatchObject({ values: new Float32Array(16) });
    const huge = quantizer.fit(new Float32Array(0), described(quantizer, 4, { mean: 0, deviation: 3e38 }));
    if (huge.kind !== 'codebook') throw new Error(huge.kind);
    expect([...huge.values, ...huge.thresholds!].every(Number.isFinite)).toBe(true);
  });

  it('refuses options that it does not have', () => {
    expect(() => optionsOf(hwgq({ backward: 'steep' as BackwardRule }), {})).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });
});

describe('hwgq of weights', () => {
  const { weights, alpha, codes, values } = golden.binary;
  const flat = Float32Array.from(weights.flat());
  const shape = [weights.length, weights[0]!.length];
  const quantizer = hwgq();
  const context = {
    role: 'weight',
    bits: 1,
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
  } as const;
  const tensor = encode(
    flat,
    shape,
    { axes: [0] },
    { bits: 1, fit: (slice) => quantizer.fit(slice, context) },
  );

  it('equals numpy', () => {
    if (tensor.scheme.kind !== 'residual') throw new Error(tensor.scheme.kind);
    close([...tensor.scheme.scales], alpha, 1e-7);
    expect([...tensor.codes]).toEqual(codes.flat());
    close([...decode(tensor)], values.flat(), 1e-7);
  });

  it('follows the weights in training and passes their gradient unchanged', () => {
    const site = { ...context, parameters: siteParameters(arrayOps, tensor.scheme, shape[0]!) };
    const doubled = { shape, data: flat.map((value) => 2 * value) };
    close(
      [...forwardOf(quantizer)(arrayOps, doubled, site).data],
      values.flat().map((value) => 2 * value),
      2e-7,
    );
    expect(backwardOf(quantizer)(arrayOps, doubled, doubled, site).x).toBe(doubled);
  });

  it.each([NaN, Infinity])('is never reached by %s: encoding names its index', (broken) => {
    const fit = (slice: Float32Array) => quantizer.fit(slice, context);
    expect(() => encode(Float32Array.of(0, broken), [2], 'tensor', { bits: 1, fit })).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: 'tensor[1]' }),
    );
  });

  const ofWeights: Quantizer = { ...hwgq(), roles: ['weight'] };
  for (const law of quantizerLaws(ofWeights, { equivariant: ['scale', 'sign'] })) it(law.title, law.run);
});

describe('hwgq keeps the laws', () => {
  for (const levels of ['uniform', 'non-uniform', 'released'] as const) {
    for (const cell of ['caffe', 'nearest'] as const) {
      describe(`${levels}, ${cell}`, () => {
        // Its activation levels are constants: only zeros are exact.
        for (const law of quantizerLaws(hwgq({ levels, cell }), { exact: ['zero'] })) it(law.title, law.run);
      });
    }
  }

  for (const backward of backwardRules) {
    describe(backward, () => {
      const laws = forwardLaws(hwgq({ backward }), arrayOps, (tensor) => tensor, { gradient: 'own' });
      for (const law of laws) it(law.title, law.run);
    });
  }
});
