import { type Batch, isLowbitError, quantize } from '@lowbit/core';
import { keras, readKeras } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { runner } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { goldenOf, kerasCases, modelFileOf, valuesOf, type Files } from '../../keras/test/cases.js';
import { toOnnx } from '../src/index.js';
import { difference, run } from './support.js';

beforeAll(() => tf.setBackend('cpu'));

const archives = await Promise.all(
  (['keras3', 'keras3-sequences', 'keras3-spatial'] as const).map(kerasCases),
);
const withWeights = /conv|dense|lstm|gru|rnn|attention|nested|branches|sequential|shared/;
const cases = archives.flatMap((archive) => [...archive].filter(([name]) => withWeights.test(name)));

/** Decibels by which outputs come nearer. */
const gains: number[] = [];

it.each(cases)('%s gives the same in TensorFlow.js and in ONNX with corrected biases', async (_, files) => {
  const results = await corrected(files);
  if (results === undefined) return;
  const { tfjs, onnx, plain, original, told } = results;
  for (const { reason } of told) expect(reason).not.toBe('');
  onnx.forEach((output, i) => expect(difference(output, tfjs[i]!)).toBeLessThan(1e-4));
  if (told.some(({ left }) => left !== true))
    gains.push(10 * Math.log10(off(plain, original) / off(tfjs, original)));
});

it('mostly brings outputs nearer to those of the original', () => {
  const finite = gains.filter(Number.isFinite);
  expect(finite.length).toBeGreaterThan(40);
  expect(finite.filter((gain) => gain > 0).length).toBeGreaterThan(0.7 * finite.length);
  expect(finite.reduce((sum, gain) => sum + gain, 0) / finite.length).toBeGreaterThan(1);
});

/** What a case gives before, with weights of 2 bits, and with its biases corrected as well; `undefined` for one that has no weight, or does not run. */
async function corrected(files: Files) {
  const golden = goldenOf(files);
  const model = await readKeras(modelFileOf(files));
  const inputs = golden.inputs.map((input, i) => {
    const data = valuesOf(input);
    return [model.network.inputs[i]!.layer, { shape: input.shape, data }] as const;
  });
  const data: Batch[] = [{ inputs: Object.fromEntries(inputs) }];
  const port = keras(model, { runner });
  try {
    const recipe = { registry, weights: 'min-max', bits: 2, data, rounding: 'nearest' } as const;
    const outputs = async (of: typeof model) => {
      const running = await runner(of, { registry });
      const all: Float32Array[] = [];
      for await (const one of running.run(data)) all.push(...Object.values(one).map(numbersOf));
      running.close();
      return all;
    };
    const plain = await quantize(port, { ...recipe, correctBiases: false });
    const { model: result, report } = await quantize(port, { ...recipe, correctBiases: true });
    const { bytes } = await toOnnx(result);
    return {
      original: await outputs(model),
      plain: await outputs(plain.model),
      tfjs: await outputs(result),
      onnx: await run(bytes, result, golden),
      told: report.biases!,
    };
  } catch (error) {
    const isRefused = isLowbitError(error) && error.code !== 'runtime-failed';
    if (!isRefused) throw error;
    return undefined;
  } finally {
    port.close();
    model.close();
  }
}

const numbersOf = ({ data }: { readonly data: ArrayLike<number> }) => Float32Array.from(data);

function off(outputs: readonly Float32Array[], wanted: readonly Float32Array[]): number {
  let sum = 0;
  outputs.forEach((values, i) => values.forEach((value, at) => (sum += (value - wanted[i]![at]!) ** 2)));
  return sum;
}
