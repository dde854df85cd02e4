import { expect, test } from 'vitest';
import { memoryPort, coarse, type MemoryModel } from '../../test/memory-port.js';
import { arrayOps } from '../ops/array.js';
import { nearestLevel, siteParameters } from '../plugin/forward.js';
import type { Quantizer } from '../contract/quantizer.js';
import { registry } from '../contract/registry.js';
import { quantize } from '../session/quantize.js';
import { bitsPerWeight, packedTensorBytes, packTensor, unpackTensor } from './container.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { sliceParameters } from './scheme.js';
import type { ParameterStorage, SliceParameters } from './types.js';

const levels = Float32Array.of(-1, -0.25, 0, 0.5, 1);
const random = (i: number) => Math.sin(i * i) * (1 + (i % 7));
const values = Float32Array.from({ length: 32 * 16 }, (_, i) => random(i));
const fit = (slice: Float32Array): SliceParameters => ({
  kind: 'codebook',
  values: levels,
  scale: Math.max(...slice.map(Math.abs)),
});
const encoded = (parameterStorage: ParameterStorage = 'float32', fitOne = fit) =>
  encode(values, [16, 32], { axes: [0] }, { bits: 3, fit: fitOne, parameterStorage });

test('slices with the same values and a scale each share the values, exactly', () => {
  const tensor = encoded();
  expect(tensor.scheme).toMatchObject({ kind: 'codebook', levels: 5, values: levels });
  const own = encoded('float32', (slice) => {
    const { scale = 1 } = fit(slice) as { scale?: number };
    return { kind: 'codebook', values: levels.map((value) => value * scale) };
  });
  expect(decode(tensor)).toEqual(decode(own));
  expect(tensor.codes).toEqual(own.codes);
  expect(sliceParameters(tensor.scheme, 3)).toEqual(fit(values.subarray(96, 128)));
});

test('slices with other values, or with thresholds, have their own, exactly', () => {
  const mixed = encoded('float32', (slice) =>
    slice[0] === values[0] ? { kind: 'codebook', values: Float32Array.of(-2, 2), scale: 1.1 } : fit(slice),
  );
  expect(mixed.scheme).not.toHaveProperty('scale');
  expect(mixed.scheme).toMatchObject({ levels: 5 });
  expect(decode(mixed).subarray(32)).toEqual(decode(encoded()).subarray(32));
  expect(Math.abs(decode(mixed)[0]!)).toBe(Math.fround(2.2));
});

test.each(['float32', 'float16', { kind: 'two-level', bits: 8 }] as const)(
  'shared values are stored once, and unpacked exactly: %s',
  (storage) => {
    const tensor = encoded(storage);
    const packed = packTensor(tensor);
    expect(tensor.parameterStorage).toEqual(storage);
    expect(packed.header.scheme).toBe('shared-codebook');
    expect(packed.codes.length + packed.parameters.length).toBe(packedTensorBytes(tensor));
    expect(decode(unpackTensor(packed))).toEqual(decode(tensor));
    const scales = { float32: 64, float16: 32 }[storage as string] ?? 1 + 16 + 2;
    expect(bitsPerWeight(tensor)).toBe((8 * (192 + 20 + scales)) / 512);
  },
);

test('a scale that float16 cannot hold is stored as float32', () => {
  const small = (slice: Float32Array): SliceParameters => ({ ...fit(slice), scale: 1e-9 }) as SliceParameters;
  expect(encoded('float16', small).parameterStorage).toBe('float32');
});

test('a forward pass sees the levels of each slice', () => {
  const tensor = encoded();
  const x = { shape: [16, 32], data: values };
  const { data } = nearestLevel(arrayOps, x, siteParameters(arrayOps, tensor.scheme, 16));
  expect(data).toEqual(decode(tensor));
});

test('a quantizer that fits a whole tensor is given all slices, and may write on them', async () => {
  const model: MemoryModel = { a: { shape: [16, 32], values } };
  const before = values.slice();
  const sharing: Quantizer = {
    ...coarse(),
    fitTensor(slices) {
      const fitted = slices.map(fit);
      slices.forEach((slice) => slice.fill(0));
      return fitted;
    },
  };
  const recipe = { registry: registry([sharing]), bits: 4 };
  const { model: written, report } = await quantize(memoryPort(model), recipe);
  expect(values).toEqual(before);
  expect(written['a']!.values).toEqual(decode(encoded()));
  expect(report.weights[0]!.error!.sqnrDb).toBeGreaterThan(5);
  const short = { ...sharing, fitTensor: () => [fit(values)] };
  await expect(quantize(memoryPort(model), { registry: registry([short]), bits: 4 })).rejects.toMatchObject({
    code: 'plugin-failed',
    where: "quantizer 'min-max' at weight 'a'",
  });
});
