import { readFileSync } from 'node:fs';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { decode, encode } from '@lowbit/core';
import {
  arrayOps,
  backwardOf,
  forwardOf,
  optionsOf,
  seededRandom,
  type ArrayTensor,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { evenNormal, randomNormal } from '../test/normal-values.js';
import { inputSite, matrix, meanSquare, quantized, scalesOf, weightSite } from '../test/sites.js';
import { greedyScales } from './greedy-scales.js';
import { horq, type HorqOptions } from './horq.js';

interface Golden {
  rows: number[][];
  upstream: number[];
  orders: {
    order: number;
    rows: {
      scales: number[];
      norms: number[];
      codes: number[];
      values: number[];
      chain: number[];
      xnor: number[];
    }[];
  }[];
}

const file = new URL('../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const x = matrix(golden.rows);
const upstream = matrix(golden.rows.map(() => golden.upstream));

function close(received: ArrayLike<number>, expected: readonly number[], permitted = 1e-6) {
  expect(received.length).toBe(expected.length);
  expected.forEach((value, i) => expect(Math.abs(received[i]! - value)).toBeLessThanOrEqual(permitted));
}

function inputs(settings: HorqOptions, order: number, values: ArrayTensor = x) {
  const quantizer = horq(settings);
  const site = inputSite(quantizer, order);
  return {
    values: forwardOf(quantizer)(arrayOps, values, site),
    gradient: backwardOf(quantizer)(arrayOps, x, upstream, site).x,
  };
}

describe('horq', () => {
  it.each(golden.orders)('equals numpy: order $order', ({ order, rows }) => {
    const values = rows.flatMap((row) => row.values);
    const tensor = quantized(horq(), x, order);
    close(
      scalesOf(tensor),
      rows.flatMap((row) => row.scales),
    );
    expect([...tensor.codes]).toEqual(rows.flatMap((row) => row.codes));
    close(decode(tensor), values);
    close(inputs({}, order).values.data, values);
    close(forwardOf(horq())(arrayOps, x, weightSite(horq(), tensor)).data, values);
  });

  it.each(golden.orders)('has the gradients of numpy: order $order', ({ order, rows }) => {
    const expected = (rule: 'chain' | 'xnor') => rows.flatMap((row) => row[rule]);
    close(inputs({ backward: 'chain' }, order).gradient.data, expected('chain'));
    expect(inputs({ backward: 'identity' }, order).gradient).toBe(upstream);
    const clipped = Float32Array.from(x.data, (value, i) => (Math.abs(value) <= 1 ? upstream.data[i]! : 0));
    expect(inputs({ backward: 'clipped' }, order).gradient.data).toEqual(clipped);

    const tensor = quantized(horq(), x, order);
    const ofWeights = (settings: HorqOptions) =>
      backwardOf(horq(settings))(arrayOps, x, upstream, weightSite(horq(settings), tensor)).x;
    close(ofWeights({ weightBackward: 'xnor' }).data, expected('xnor'));
    expect(ofWeights({})).toBe(upstream);
  });

  it('filters a patch matrix at order 2', () => {
    // Three patches of four values against two filters, computed in float64 by another implementation.
    const patches = matrix([
      [0.9, -0.4, 0.1, -0.7],
      [-0.2, 0.5, 1.1, -0.3],
      [0, 0, 2, 0.4],
    ]);
    const filters = matrix([
      [0.3, -0.1, 0.2, -0.4],
      [-0.5, 0.25, 0.05, 0.1],
    ]);
    const binary = decode(quantized(horq(), filters, 1));
    const coded = inputs({}, 2, patches).values.data;
    const filtered = [0, 1].flatMap((filter) =>
      [0, 1, 2].map((patch) =>
        [0, 1, 2, 3].reduce((sum, i) => sum + coded[patch * 4 + i]! * binary[filter * 4 + i]!, 0),
      ),
    );
    close(filtered, [0.525, 0.14375, 0.35, -0.36, 0.23625, 0.27]);
    close(
      scalesOf(quantized(horq(), patches, 3)),
      [0.525, 0.275, 0.125, 0.525, 0.2875, 0.1625, 0.6, 0.7, 0.35],
    );
  });

  it('computes the example of its documentation', () => {
    const tensor = quantized(horq(), matrix([[0.9, -0.4, 0.1, -0.7]]), 2);
    close(scalesOf(tensor), [0.525, 0.275]);
    close(decode(tensor), [0.8, -0.25, 0.25, -0.8]);
  });
});

describe('the residual of horq', () => {
  const sparse = (count: number, share: number, seed: number) => {
    const random = seededRandom(seed);
    return randomNormal(count, seed).map((value) => (random() < share ? value : 0));
  };
  const cases: [string, Float32Array][] = [
    ['1, 0, 0, 0', Float32Array.of(1, 0, 0, 0)],
    ['zeros', new Float32Array(6)],
    ['constant', new Float32Array(6).fill(-0.7)],
    ['one value', Float32Array.of(2.5)],
    ['far apart', Float32Array.of(1e-20, 1, 1e20)],
    ...[1, 2, 7, 64, 1000].map((n): [string, Float32Array] => [`${n} normal`, randomNormal(n, n)]),
    ...[0.5, 0.1, 0.01].map((share): [string, Float32Array] => [`${share} not 0`, sparse(500, share, 9)]),
    ['rectified', randomNormal(500, 12).map((value) => Math.max(value, 0))],
    ['behind a cube', randomNormal(500, 13).map((value) => value ** 3)],
  ];

  it.each(cases)('never grows, and keeps to its bound: %s', (_, values) => {
    const power = meanSquare(values);
    let before = power;
    for (let order = 1; order <= 4; order++) {
      const decoded = inputs({}, order, matrix([values])).values.data;
      const after = meanSquare(values.map((value, i) => value - decoded[i]!));
      // Permits the float32 rounding of the residual, relative to the values.
      const rounding = 1e-13 * power;
      expect(after).toBeLessThanOrEqual(before * (1 + 1e-6) + rounding);
      expect(after).toBeLessThanOrEqual((1 - 1 / values.length) ** order * power + 1e-6 * power);
      before = after;
    }
  });

  it('has falling scales on normal values, but not always', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const scales = [...greedyScales(randomNormal(1000, seed), 4)];
      expect(scales).toEqual([...scales].sort((a, b) => b - a));
    }
    expect([...greedyScales(Float32Array.of(1, 0, 0, 0), 2)]).toEqual([0.25, 0.375]);
  });

  const even = evenNormal(400_000);
  const sources: [string, Float32Array, number[]][] = [
    ['normal', even, [0.36338, 0.13045, 0.05839, 0.0329]],
    ['folded', even.map(Math.abs), [0.36338, 0.13045, 0.05839, 0.0329]],
    ['rectified', even.map((value) => Math.max(value, 0)), [0.68169, 0.25553, 0.16239, 0.09161]],
  ];
  it.each(sources)('has the expected error by order: %s', (_, values, expected) => {
    expected.forEach((error, i) => {
      const decoded = decode(quantized(horq(), matrix([values]), i + 1));
      const received = meanSquare(values.map((value, j) => value - decoded[j]!)) / meanSquare(values);
      // Permits the sampling error of the lattice.
      expect(Math.abs(received / error - 1)).toBeLessThan(0.003);
    });
  });

  it('has the expected scales on normal values', () => {
    const scales = greedyScales(even, 4);
    [0.79788, 0.48262, 0.26844, 0.15967].forEach((scale, k) =>
      expect(Math.abs(scales[k]! / scale - 1)).toBeLessThan(0.003),
    );
  });
});

describe('horq and its options', () => {
  const noOrder = (bits: number, order: number) => () => quantized(horq({ order }), x, bits);
  it('wants as many bits as planes', () => {
    const error = expect.objectContaining({ code: 'unsupported-option', received: '3' });
    expect(scalesOf(quantized(horq({ order: 2 }), x, 2)).length).toBe(2 * x.shape[0]!);
    expect(noOrder(2, 3)).toThrowError(error);
    expect(() => inputs({ order: 3 }, 2)).toThrowError(error);
    expect(() => optionsOf(horq({ order: 5 }), {})).toThrowError(expect.objectContaining({ received: '5' }));
  });

  it('sees patches, or samples on request', () => {
    const seen = (settings: HorqOptions) => {
      const quantizer = horq(settings);
      return typeof quantizer.observes === 'function'
        ? quantizer.observes(optionsOf(quantizer, {}))
        : quantizer.observes;
    };
    expect(seen({})).toBe('patches');
    expect(seen({ scope: 'sample' })).toBe('samples');
  });

  it('follows the weights in training, except with jointly fitted scales', () => {
    for (const [fit, factor] of [
      ['greedy', 2],
      ['refitted', 1],
    ] as const) {
      const quantizer = horq({ fit });
      const tensor = quantized(quantizer, x, 1);
      const doubled = { shape: x.shape, data: x.data.map((value) => 2 * value) };
      const trained = forwardOf(quantizer)(arrayOps, doubled, weightSite(quantizer, tensor));
      close(
        trained.data,
        [...decode(tensor)].map((value) => factor * value),
      );
    }
  });

  it('keeps NaN visible in training, in its own row alone', () => {
    const values = matrix([
      [NaN, 1],
      [1, -1],
    ]);
    expect([...inputs({}, 2, values).values.data]).toEqual([NaN, NaN, 1, -1]);
  });

  it.each([NaN, -Infinity])('is never reached by %s in a weight: encoding names its index', (broken) => {
    expect(() => quantized(horq(), matrix([[1, broken]]), 2)).toThrowError(
      expect.objectContaining({ code: 'non-finite', where: 'tensor[1]' }),
    );
  });

  it('bears empty weights', () => {
    expect(quantized(horq(), { shape: [0], data: new Float32Array(0) }, 2).codes.length).toBe(0);
  });
});

describe('horq keeps the laws', () => {
  // From order 4 on a scale can be smaller than the sum of those after it; then the signs of the recursion do not
  // always lead back to a decoded value.
  const stable = 'decodes a decoded value to itself';
  const upTo3 = { weight: [1, 2, 3], activation: [1, 2, 3] };

  for (const fit of ['greedy', 'refitted'] as const) {
    describe(fit, () => {
      for (const law of quantizerLaws(horq({ fit }), { equivariant: ['scale', 'sign'] })) {
        if (law.title !== stable) it(law.title, law.run);
      }
      for (const law of quantizerLaws({ ...horq({ fit }), bits: upTo3 })) {
        if (law.title === stable) it(`${law.title}, up to order 3`, law.run);
      }
    });
  }

  it('may move a decoded value at order 4', () => {
    const scales = Float32Array.of(0.798, 0.483, 0.268, 0.16);
    const settings = { bits: 4, fit: () => ({ kind: 'residual', scales }) as const };
    const once = decode(encode(Float32Array.of(0), [1], 'tensor', settings));
    close(once, [-0.113]);
    close(decode(encode(once, [1], 'tensor', settings)), [-0.207]);
  });

  const choices: HorqOptions[] = [
    { backward: 'clipped' },
    { backward: 'chain', weightBackward: 'xnor' },
    { fit: 'refitted', weightBackward: 'xnor' },
  ];
  for (const settings of choices) {
    describe(JSON.stringify(settings), () => {
      const laws = forwardLaws(horq(settings), arrayOps, (tensor) => tensor, { gradient: 'own' });
      for (const law of laws) it(law.title, law.run);
    });
  }

  describe('identity', () => {
    for (const law of forwardLaws(horq({ backward: 'identity' }), arrayOps, (tensor) => tensor)) {
      it(law.title, law.run);
    }
  });
});
