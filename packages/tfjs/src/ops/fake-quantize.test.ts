import { readFileSync } from 'node:fs';
import { decode, encode, seededRandom, type Quantizer } from '@lowbit/core';
import {
  activationSite,
  arrayOps,
  siteParameters,
  type Site,
  type SliceParameters,
} from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { dynamic } from '@lowbit/methods';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { clippedGrid, grid, halves, ranks } from '../../test/quantizers.js';
import { fakeQuantize } from './fake-quantize.js';
import { tfjsOps } from './tfjs-ops.js';

interface Recorded {
  scale: number;
  zeroPoint: number;
  x: number[];
  y: number[];
}

/** What onnxruntime's own operators give, recorded by the script beside it. */
const recorded = new URL('../../../core/fixtures/quantize-linear.json', import.meta.url);
const golden = JSON.parse(readFileSync(recorded, 'utf8')) as Record<'static' | 'dynamic', Recorded[]>;

const shape = [4, 32];
const next = seededRandom(7);
const values = Float32Array.from({ length: 128 }, () => 4 * next() - 2);
const upstream = Float32Array.from({ length: 128 }, () => next());

function encoded(quantizer: Quantizer) {
  const context = { role: 'weight', bits: 3, options: {}, random: next } as const;
  const fit = (slice: Float32Array) => quantizer.fit(slice, context);
  return encode(values, shape, { axes: [0] }, { bits: 3, parameterStorage: 'float32', where: 'x', fit });
}

function siteOf(quantizer: Quantizer): Site<tf.Tensor> {
  const parameters = siteParameters(tfjsOps, encoded(quantizer).scheme, 4);
  return { role: 'weight', bits: 3, options: {}, parameters };
}

/** Value and gradient of Σ upstream · q(x), with the site disposed before the gradient is taken. */
function valueAndGradient(quantizer: Quantizer): { value: Float32Array; gradient: Float32Array } {
  const x = tf.tensor(values, shape);
  const dy = tf.tensor(upstream, shape);
  const gradients = tf.valueAndGrad((input) =>
    tf.sum(
      tf.mul(
        tf.tidy(() => fakeQuantize(quantizer, siteOf(quantizer))(input as tf.Tensor)),
        dy,
      ),
    ),
  );
  const { value: loss, grad } = gradients(x);
  const output = tf.tidy(() => fakeQuantize(quantizer, siteOf(quantizer))(x));
  const result = {
    value: output.dataSync<'float32'>().slice(),
    gradient: grad.dataSync<'float32'>().slice(),
  };
  tf.dispose([x, dy, loss, grad, output]);
  return result;
}

onEveryBackend('fakeQuantize', (test) => {
  for (const quantizer of [grid, ranks, halves]) {
    test(`${quantizer.name}: the value is decode(encode(x)), the gradient passes unchanged`, () => {
      const { value, gradient } = valueAndGradient(quantizer);
      const expected = decode(encoded(quantizer));
      // Sums in another order: a few units in the last place of values up to 4.
      value.forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 5));
      expect(gradient).toEqual(upstream);
    });
  }

  test("a quantizer's own backward is used", () => {
    const { gradient } = valueAndGradient(clippedGrid);
    expect([...gradient]).toEqual([...upstream].map((dy, i) => (Math.abs(values[i] as number) > 1 ? 0 : dy)));
  });

  test("a quantizer's own forward is used, also one that returns its input", () => {
    const identity: Quantizer = { ...grid, forward: (_ops, x) => x };
    const { value, gradient } = valueAndGradient(identity);
    expect(value).toEqual(values);
    expect(gradient).toEqual(upstream);
  });

  test('works inside tf.tidy and without a gradient tape', () => {
    const mean = tf.tidy(() => tf.mean(fakeQuantize(grid, siteOf(grid))(tf.tensor(values, shape))));
    expect(mean.shape).toEqual([]);
    mean.dispose();
  });

  test('both interpreters give the same forward', () => {
    const { scheme } = encoded(grid);
    const site = {
      role: 'weight',
      bits: 3,
      options: {},
      parameters: siteParameters(arrayOps, scheme, 4),
    } as const;
    const forward: NonNullable<Quantizer['forward']> = (ops, x, { parameters }) =>
      parameters.kind === 'affine' ? ops.sub(ops.mul(x, parameters.scale), parameters.offset) : x;
    const { value } = valueAndGradient({ ...grid, forward });
    expect(value).toEqual(forward(arrayOps, { shape, data: values }, site).data);
  });

  const quantized = (parameters: SliceParameters | undefined, x: readonly number[], quantizer = grid) =>
    tf.tidy(() => {
      const site = { id: 'x', bits: 8, options: {}, quantizer, ...(parameters && { parameters }) };
      const input = tf.tensor2d([...x], [1, x.length]);
      const { data } = { data: fakeQuantize(quantizer, activationSite(tfjsOps, site))(input).dataSync() };
      // Adding 0 makes -0 of the arithmetic 0.
      return Array.from(data, (value) => value + 0);
    });

  test('ties of activations are those of QuantizeLinear', () => {
    for (const { scale, zeroPoint, x, y } of golden.static) {
      const parameters = { kind: 'affine', levels: 256, scale, offset: -zeroPoint * scale } as const;
      expect(quantized(parameters, x)).toEqual(y.map((value) => value + 0));
    }
  });

  test('ties of measured ranges are those of DynamicQuantizeLinear', () => {
    for (const { x, y } of golden.dynamic)
      expect(quantized(undefined, x, dynamic())).toEqual(y.map((value) => value + 0));
  });

  test('infinities become the outermost levels', () => {
    const x = [-Infinity, -3e38, 3e38, Infinity];
    const affine = { kind: 'affine', levels: 4, scale: 0.5, offset: -0.5 } as const;
    expect(quantized(affine, x)).toEqual([-0.5, -0.5, 1, 1]);
    const codebook = { kind: 'codebook', values: Float32Array.of(0, 1, 4) } as const;
    expect(quantized(codebook, x)).toEqual([0, 0, 4, 4]);
  });
});
