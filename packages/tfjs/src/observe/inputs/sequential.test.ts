import { type Batch, quantize, type QuantizeOptions, seededRandom } from '@lowbit/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { registry } from '../../register.js';
import { tfjs } from '../../tfjs.js';

beforeAll(() => tf.setBackend('cpu'));

/** About normal. */
function numbers(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random() + random() + random() - 1.5);
}

/** Samples around 1, as those of pictures lie to one side of 0. */
const samples = (seed: number) => ({ shape: [600, 8], data: numbers(4800, seed).map((x) => 1 + x) });
const data: readonly Batch[] = [{ inputs: { x: samples(5) } }];
const given = () => {
  const { shape, data: values } = samples(77);
  return tf.tensor(values, shape as [number, number]);
};

/** Six layers, so that errors go on into those behind. */
const sizes = [8, 32, 32, 32, 32, 32, 4];

/** Kernels and biases, in turns. */
const weightsOf = (seed: number) =>
  sizes
    .slice(1)
    .flatMap((units, i) => [
      numbers(sizes[i]! * units, 100 * seed + 2 * i).map((w) => w / 2),
      numbers(units, 100 * seed + 2 * i + 1).map((b) => b / 2),
    ]);

function layersModel(seed: number): tfLayers.LayersModel {
  const x = tfLayers.input({ shape: [8], name: 'x' });
  const outputs = sizes
    .slice(1)
    .reduce<tfLayers.SymbolicTensor>(
      (value, units, i) =>
        tfLayers.layers
          .dense({ units, ...(i < 5 && { activation: 'relu' }) })
          .apply(value) as tfLayers.SymbolicTensor,
      x,
    );
  const model = tfLayers.model({ inputs: x, outputs });
  const values = weightsOf(seed);
  tf.tidy(() =>
    model.setWeights(model.weights.map(({ shape }, i) => tf.tensor(values[i]!, shape as number[]))),
  );
  return model;
}

/** What each layer adds to the error, with the inputs that it has in the network as it is quantized: the mean in decibels below what it gives. */
function addedErrors(model: tfLayers.LayersModel, quantized: tfLayers.LayersModel): number {
  const parts = quantized.layers.slice(1).map((layer, i) => {
    const inner = tfLayers.model({ inputs: quantized.inputs, outputs: quantized.layers[i]!.output });
    return tf.tidy(() => {
      const x = inner.apply(given()) as tf.Tensor;
      const [own, original] = [layer, model.layers[i + 1]!].map((one) => {
        const [kernel, bias] = one.getWeights() as [tf.Tensor, tf.Tensor];
        return tf.add(tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D), bias);
      });
      const power = (tensor: tf.Tensor) => tf.sum(tf.square(tensor)).dataSync()[0] as number;
      return 10 * Math.log10(power(tf.sub(own!, original!)) / power(original!));
    });
  });
  return parts.reduce((sum, one) => sum + one, 0) / parts.length;
}

test('layers add less error on average where each weight sees those before quantized, which is the default', async () => {
  const [once, sequential] = [0, 0].map(() => [] as number[]) as [number[], number[]];
  for (let seed = 1; seed <= 4; seed++) {
    const own = layersModel(seed);
    const quantized = async (capture: QuantizeOptions['capture']) => {
      const options = { measure: false, ...(capture !== undefined && { capture }) };
      return (await quantize(tfjs(own), { registry, bits: 2, data }, options)).model;
    };
    once.push(addedErrors(own, await quantized('once')));
    sequential.push(addedErrors(own, await quantized(undefined)));
  }
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
  expect(sum(sequential)).toBeLessThan(sum(once));
});
