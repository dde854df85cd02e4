import {
  arrayOps,
  decode,
  encode,
  seededRandom,
  siteParameters,
  type Quantizer,
  type Site,
} from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { clippedGrid, grid, halves, ranks } from '../../test/quantizers.js';
import { fakeQuantize } from './fake-quantize.js';
import { tfjsOps } from './tfjs-ops.js';

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
});
