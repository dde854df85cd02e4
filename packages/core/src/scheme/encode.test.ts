import { expect, test } from 'vitest';
import { LowbitError } from '../errors/error.js';
import { seededRandom } from '../numeric/random.js';
import { bitsPerWeight, packedTensorBytes, packTensor, unpackTensor } from './container.js';
import { decode } from './decode.js';
import { encode, type EncodeSettings } from './encode.js';
import type { ParameterStorage, SliceParameters } from './types.js';
import { zeroPointForm } from './zero-point.js';

/** Asymmetric, with an integer zero point. */
function overRange(bits: number): EncodeSettings['fit'] {
  return (values) => {
    const min = Math.min(0, ...values);
    const max = Math.max(0, ...values);
    const levels = 2 ** bits;
    const scale = Math.fround((max - min) / (levels - 1));
    if (scale === 0) return { kind: 'affine', levels, scale: 0, offset: values[0] ?? 0 };
    return { kind: 'affine', levels, scale, offset: Math.fround(Math.round(-min / scale) * -scale) };
  };
}

function normalValues(count: number, seed = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

test('affine codes are the nearest levels and ties go to the even code', () => {
  const fit = () => ({ kind: 'affine', levels: 4, scale: 1, offset: 0 }) as const;
  const tensor = encode(Float32Array.of(-1, 0.5, 1.5, 2.4, 9), [5], 'tensor', { bits: 2, fit });
  expect([...tensor.codes]).toEqual([0, 0, 2, 2, 3]);
  expect([...decode(tensor)]).toEqual([0, 0, 2, 2, 3]);
});

test('a grid without offset is symmetric', () => {
  const fit = () => ({ kind: 'affine', levels: 4, scale: 1 }) as const;
  const tensor = encode(Float32Array.of(-9, -0.4, 0.4, 9), [4], 'tensor', { bits: 2, fit });
  expect([...decode(tensor)]).toEqual([-1.5, -0.5, 0.5, 1.5]);
});

test('codebook cells are left-open and right-closed, and thresholds can be given', () => {
  const values = Float32Array.of(0, 1, 2);
  const byMidpoint = encode(Float32Array.of(0.5, 0.6, 1.5), [3], 'tensor', {
    bits: 2,
    fit: () => ({ kind: 'codebook', values }),
  });
  expect([...byMidpoint.codes]).toEqual([0, 1, 1]);
  const thresholds = Float32Array.of(0, 1.5);
  const byThreshold = encode(Float32Array.of(0, 0.01, 1.6), [3], 'tensor', {
    bits: 2,
    fit: () => ({ kind: 'codebook', values, thresholds }),
  });
  expect([...byThreshold.codes]).toEqual([0, 1, 2]);
});

test('residual codes hold one greedy sign a bit', () => {
  const fit = () => ({ kind: 'residual', scales: Float32Array.of(1, 0.5) }) as const;
  const tensor = encode(Float32Array.of(2, 0.6, 0, -0.7), [4], 'tensor', { bits: 2, fit });
  expect([...tensor.codes]).toEqual([3, 1, 1, 2]);
  expect([...decode(tensor)]).toEqual([1.5, 0.5, 0.5, -0.5]);
});

test('slices with codebooks of different length share one scheme', () => {
  const fit: EncodeSettings['fit'] = (values) => ({
    kind: 'codebook',
    values: Float32Array.from(new Set(values)),
  });
  const values = Float32Array.of(1, 1, 2, 5);
  expect([...decode(encode(values, [2, 2], { axes: [0] }, { bits: 1, fit }))]).toEqual([...values]);
});

test('a constant slice decodes to its constant, an empty tensor to nothing', () => {
  const values = Float32Array.of(0.3, 0.3, 0, 0, -7, -7);
  const tensor = encode(
    values,
    [3, 2],
    { axes: [0] },
    { bits: 4, fit: (v) => ({ kind: 'affine', levels: 16, scale: 0, offset: v[0] ?? 0 }) },
  );
  expect([...decode(tensor)]).toEqual([...values]);
  const empty = encode(new Float32Array(0), [0, 3], { axes: [0] }, { bits: 4, fit: overRange(4) });
  expect(empty.codes).toHaveLength(0);
  expect(decode(empty)).toHaveLength(0);
});

test('a value that is not finite is refused with its index', () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const act = () =>
      encode(Float32Array.of(1, bad), [2], 'tensor', { bits: 8, fit: overRange(8), where: 'conv1' });
    expect(act).toThrow(LowbitError);
    expect(act).toThrow('conv1[1]');
  }
});

test('parameters that are not finite or need more bits are the plugin’s fault', () => {
  const bad: SliceParameters[] = [
    { kind: 'affine', levels: 16, scale: NaN },
    { kind: 'affine', levels: 17, scale: 1 },
    { kind: 'affine', levels: 16, scale: 1e300 },
    { kind: 'codebook', values: new Float32Array(17) },
    { kind: 'residual', scales: new Float32Array(5) },
  ];
  for (const parameters of bad) {
    expect(() => encode(Float32Array.of(1), [1], 'tensor', { bits: 4, fit: () => parameters })).toThrow(
      'plugin-failed',
    );
  }
});

test('integer zero points are found and decode to the same values', () => {
  const values = normalValues(64);
  values.fill(-2, 0, 8);
  values.fill(3, 8, 16);
  values.fill(0, 16, 24);
  const fit: EncodeSettings['fit'] = (slice, s) =>
    s < 3 ? { kind: 'affine', levels: 16, scale: 0, offset: slice[0]! } : overRange(4)(slice, s);
  const tensor = encode(values, [8, 8], { axes: [0] }, { bits: 4, fit });
  const form = zeroPointForm(tensor)!;
  const again = Float32Array.from(
    form.codes,
    (code, i) => form.scale[i >> 3]! * (code - form.zeroPoints[i >> 3]!),
  );
  decode(tensor).forEach((value, i) => expect(again[i]).toBeCloseTo(value, 5));
  const half = encode(values, [64], 'tensor', {
    bits: 4,
    fit: () => ({ kind: 'affine', levels: 16, scale: 1 }),
  });
  expect(zeroPointForm(half)).toBeUndefined();
});

const storages: ParameterStorage[] = [
  'float32',
  'float16',
  { kind: 'two-level', bits: 6 },
  { kind: 'two-level', bits: 8 },
];

test('packing is undone exactly for every storage', () => {
  const values = normalValues(32 * 33);
  const realOffset: EncodeSettings['fit'] = (slice, s) =>
    ({ ...overRange(4)(slice, s), offset: Math.min(...slice) }) as SliceParameters;
  for (const parameterStorage of storages) {
    for (const fit of [overRange(4), realOffset]) {
      const tensor = encode(values, [33, 32], { along: 1, group: 32 }, { bits: 4, fit, parameterStorage });
      const packed = packTensor(tensor);
      expect(packed.codes.length + packed.parameters.length).toBe(packedTensorBytes(tensor));
      expect(decode(unpackTensor(packed))).toEqual(decode(tensor));
      expect(JSON.parse(JSON.stringify(packed.header))).toEqual(packed.header);
    }
  }
});

test('codebooks and residuals are packed exactly too', () => {
  const values = normalValues(96);
  const fits: EncodeSettings['fit'][] = [
    () => ({ kind: 'codebook', values: Float32Array.of(-1, 0, 1) }),
    () => ({ kind: 'codebook', values: Float32Array.of(-1, 0, 1), thresholds: Float32Array.of(-0.7, 0.2) }),
    () => ({ kind: 'residual', scales: Float32Array.of(0.8, 0.5) }),
  ];
  for (const fit of fits) {
    for (const parameterStorage of ['float32', 'float16'] as const) {
      const tensor = encode(values, [3, 32], { axes: [0] }, { bits: 2, fit, parameterStorage });
      expect(decode(unpackTensor(packTensor(tensor)))).toEqual(decode(tensor));
    }
  }
  const twoLevel = () =>
    encode(values, [96], 'tensor', {
      bits: 2,
      fit: fits[0]!,
      parameterStorage: { kind: 'two-level', bits: 6 },
    });
  expect(twoLevel).toThrow('unsupported-storage');
});

test('4 bits in groups of 32 with two-level parameters cost at most 4.6 bits a weight', () => {
  const values = normalValues(64 * 256);
  const errors = storages.map((parameterStorage) => {
    const tensor = encode(
      values,
      [64, 256],
      { along: 1, group: 32 },
      { bits: 4, fit: overRange(4), parameterStorage },
    );
    const decoded = decode(tensor);
    return {
      bits: bitsPerWeight(tensor),
      noise: values.reduce((sum, value, i) => sum + (value - decoded[i]!) ** 2, 0),
    };
  });
  expect(errors[2]!.bits).toBeLessThanOrEqual(4.6);
  expect(errors[3]!.bits).toBeLessThanOrEqual(4.6);
  expect(errors[0]!.bits).toBe(5.125);
  for (const { noise } of errors) expect(noise).toBeLessThan(errors[0]!.noise * 1.1);
});

test('real offsets with two-level parameters stay below 4.6 bits as well', () => {
  const values = normalValues(64 * 256);
  const fit: EncodeSettings['fit'] = (slice) => {
    const min = Math.min(...slice);
    return { kind: 'affine', levels: 16, scale: Math.fround((Math.max(...slice) - min) / 15), offset: min };
  };
  for (const bits of [6, 8] as const) {
    const tensor = encode(
      values,
      [64, 256],
      { along: 1, group: 32 },
      { bits: 4, fit, parameterStorage: { kind: 'two-level', bits } },
    );
    expect(bitsPerWeight(tensor)).toBeLessThanOrEqual(4.6);
  }
});

const twoLevel6 = { kind: 'two-level', bits: 6 } as const;

test('parameters that their storage cannot hold closely are stored as float32, and nothing vanishes', () => {
  const slices: Record<string, readonly (readonly number[])[]> = {
    'a scale below float16': [[1e-9, -1e-9]],
    'a scale above float16': [[1e9, -1e9]],
    'a scale that float16 holds with one digit': [[1e-6, -2e-7]],
    'a channel a million times smaller': [[1, -1], [1e-6, -2e-6]], // prettier-ignore
    'a dead channel': [[1, -1], [1e-20, -2e-20]], // prettier-ignore
  };
  for (const [name, rows] of Object.entries(slices)) {
    for (const parameterStorage of ['float16', twoLevel6] as const) {
      const values = Float32Array.from(rows.flat());
      const shape = [rows.length, 2];
      const settings = { bits: 8, fit: overRange(8) };
      const tensor = encode(values, shape, { axes: [0] }, { ...settings, parameterStorage });
      if (name === 'a scale that float16 holds with one digit' && parameterStorage !== 'float16') continue;
      expect(tensor, name).toEqual(encode(values, shape, { axes: [0] }, settings));
      expect(decode(unpackTensor(packTensor(tensor))), name).toEqual(decode(tensor));
    }
  }
});

test('free offsets, codebooks and residuals that float16 cannot hold closely are stored as float32', () => {
  const fits: Record<string, readonly [SliceParameters, SliceParameters]> = {
    'an offset far from a narrow grid': [
      { kind: 'affine', levels: 256, scale: 1e-4, offset: 1000.3 },
      { kind: 'affine', levels: 256, scale: 1e-4, offset: 0.3 },
    ],
    'a codebook far from 0': [
      { kind: 'codebook', values: Float32Array.of(1000.1, 1000.2) },
      { kind: 'codebook', values: Float32Array.of(0.1, 0.2) },
    ],
    'a codebook near 0': [
      { kind: 'codebook', values: Float32Array.of(-1e-9, 1e-9) },
      { kind: 'codebook', values: Float32Array.of(-1, 1e-9) },
    ],
    'a small residual': [
      { kind: 'residual', scales: Float32Array.of(1e-8) },
      { kind: 'residual', scales: Float32Array.of(1, 1e-8) },
    ],
  };
  for (const [name, [wrong, right]] of Object.entries(fits)) {
    const storageOf = (parameters: SliceParameters) =>
      encode(Float32Array.of(1, 2), [2], 'tensor', {
        bits: 8,
        fit: () => parameters,
        parameterStorage: 'float16',
      }).parameterStorage;
    expect(storageOf(wrong), name).toBe('float32');
    expect(storageOf(right), name).toBe('float16');
  }
});

test('damaged packed data is refused', () => {
  const tensor = encode(normalValues(10), [10], 'tensor', { bits: 3, fit: overRange(3) });
  const packed = packTensor(tensor);
  expect(() => unpackTensor({ ...packed, codes: packed.codes.subarray(1) })).toThrow('packed-data');
  expect(() => unpackTensor({ ...packed, parameters: packed.parameters.subarray(1) })).toThrow('packed-data');
  const notANumber = new Uint8Array(packed.parameters.length).fill(0xff);
  expect(() => unpackTensor({ ...packed, parameters: notANumber })).toThrow('finite numbers');
  const fewer = { ...packed.header, levels: 3 };
  expect(() => unpackTensor({ ...packed, header: fewer })).toThrow('codes below the 3 levels');
});
