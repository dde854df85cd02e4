import {
  isLowbitError,
  makePlan,
  measureError,
  quantize,
  type ModelPort,
  type Quantizer,
  type QuantizedTensor,
} from '@lowbit/core';
import type { Outcome } from '@lowbit/core/adapter';
import { resolvePlan } from '@lowbit/core/method';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { onEveryBackend } from '../test/backends.js';
import { crossSharedModel, imageModel, sequenceModel, sharedModel, smallSequential } from '../test/models.js';
import { grid, halves, ranks } from '../test/quantizers.js';
import { disposeWeights } from './model/dispose-weights.js';
import { planOf, tfjs } from './index.js';

function predict(model: tfLayers.LayersModel): Float32Array {
  return tf.tidy(() => {
    const inputs = model.inputs.map(({ shape }, i) => {
      const size = [2, ...(shape.slice(1) as number[])];
      const count = tf.util.sizeFromShape(size);
      const values = Float32Array.from({ length: count }, (_, k) =>
        model.name === 'sequence' ? k % 7 : Math.sin(k + i),
      );
      return tf.tensor(values, size);
    });
    return { values: (model.predict(inputs) as tf.Tensor).dataSync<'float32'>().slice() };
  }).values as Float32Array;
}

/** A plan of the weight that tests add, when writing begins. */
async function outcomeOf(port: ModelPort<tfLayers.LayersModel>): Promise<Outcome> {
  const { plan, registry } = await makePlan(port, { weights: grid, include: ['last/kernel'] });
  const { resolved } = resolvePlan(plan, await port.layers(), registry, port.supports);
  return { ...resolved, activations: new Map(), floatSites: new Map() };
}

const everyModel = [smallSequential, imageModel, sharedModel, crossSharedModel, sequenceModel];

it('quantizes on another backend than the one that the model was made on', async () => {
  await tf.setBackend('cpu');
  const { numTensors } = tf.memory();
  const original = imageModel();
  const before = predict(original);
  await tf.setBackend('wasm');
  const { model } = await quantize(tfjs(original), { weights: grid });
  expect(measureError(before, predict(model)).sqnrDb).toBeGreaterThan(30);
  // cpu and wasm sum in another order.
  expect(measureError(before, predict(original)).sqnrDb ?? Infinity).toBeGreaterThan(100);
  [original, model].forEach(disposeWeights);
  expect(tf.memory().numTensors).toBe(numTensors);
});

onEveryBackend('tfjs', (test) => {
  for (const make of everyModel) {
    test(`${make.name}: 8 bits compute nearly the same, and the original is untouched`, async () => {
      const original = make();
      const before = predict(original);
      const { model } = await quantize(tfjs(original), { weights: grid });
      const after = predict(model);
      // 8 bits a channel on uniform weights: an error of 1/255 of the range in each weight, 40 dB and more.
      expect(measureError(before, after).sqnrDb).toBeGreaterThan(30);
      expect(after).not.toEqual(before);
      expect(predict(original)).toEqual(before);
      disposeWeights(original);
      disposeWeights(model);
    });
  }

  for (const quantizer of [grid, ranks, halves] as Quantizer[]) {
    test(`${quantizer.name}: every channel has at most 2^bits values`, async () => {
      const original = smallSequential();
      const { model } = await quantize(tfjs(original), { weights: quantizer, bits: 2 });
      const rows = tf.tidy(() => ({
        array: tf.transpose(model.getLayer('last').getWeights()[0]!).arraySync(),
      }));
      for (const row of rows.array as unknown as number[][]) expect(new Set(row).size).toBeLessThanOrEqual(4);
      disposeWeights(original);
      disposeWeights(model);
    });
  }

  test('reports bytes, forms and reasons', async () => {
    const original = smallSequential();
    const { model, report } = await quantize(tfjs(original), { weights: grid, bits: 4 });
    // Codes at half a byte, and one scale and one offset for each of the 3 + 4 channels.
    expect(report.sizes).toMatchObject({ float: 4 * (12 + 60), stored: 6 + 30 + 8 * 7 });
    // The plan in model.json takes more than that saves.
    expect(report.verdict?.smaller).toBe(false);
    expect(report.warnings).toContainEqual(expect.stringContaining('the model becomes larger'));
    expect(report.weights.map(({ form, sizes }) => [form, sizes.memory])).toEqual([
      ['float at run time', 48],
      ['float at run time', 240],
    ]);
    expect(report.skipped.map(({ subject }) => subject)).toEqual(['first/bias', 'flat', 'last/bias']);
    disposeWeights(original);
    disposeWeights(model);
  });

  test('model.dispose() of the result releases everything', async () => {
    const original = imageModel();
    const before = tf.memory().numTensors;
    const { model } = await quantize(tfjs(original), { weights: grid });
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
    disposeWeights(original);
  });

  test('the plan is found again, also after saving and loading, beside other metadata', async () => {
    const original = smallSequential();
    original.setUserDefinedMetadata({ mine: 1 });
    expect(planOf(original)).toBeUndefined();
    const { model, plan } = await quantize(tfjs(original), { weights: grid, bits: 4 });
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save({
      save: (artifacts) => {
        saved = artifacts;
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
      },
    });
    const loaded = await tfLayers.loadLayersModel({
      load: () => Promise.resolve(saved as tf.io.ModelArtifacts),
    });
    for (const each of [model, loaded]) {
      expect(planOf(each)).toEqual(plan);
      expect(each.getUserDefinedMetadata()).toMatchObject({ mine: 1 });
    }
    expect(original.getUserDefinedMetadata()).toEqual({ mine: 1 });
    expect(predict(loaded)).toEqual(predict(model));
    [original, model, loaded].forEach(disposeWeights);
  });

  test('a broken weight stays float with a warning, where none is whole all stop, and nothing is left behind', async () => {
    const original = smallSequential();
    const [first, last] = ['first', 'last'].map((name) => original.getLayer(name).weights[0]!);
    tf.tidy(() => void last!.write(tf.fill([15, 4], NaN)));
    const { numTensors } = tf.memory();
    const { model, report } = await quantize(tfjs(original), { weights: grid });
    expect(report.weights.map(({ id }) => id)).toEqual(['first/kernel']);
    expect(report.warnings).toContainEqual(expect.stringMatching(/^last\/kernel: .*NaN/));
    expect(Number.isNaN(model.getLayer('last').weights[0]!.read().dataSync()[0])).toBe(true);
    disposeWeights(model);
    tf.tidy(() => void first!.write(tf.fill([2, 2, 3], -Infinity)));
    const error: unknown = await quantize(tfjs(original), { weights: grid }).catch(
      (reason: unknown) => reason,
    );
    expect(isLowbitError(error) && error.code).toBe('nothing-to-quantize');
    expect(isLowbitError(error) && error.received).toContain('first/kernel stays float: value 0 of 12 is ');
    expect(tf.memory().numTensors).toBe(numTensors);
    disposeWeights(original);
  });

  test('an outcome of another model is refused before anything is built', async () => {
    const original = smallSequential();
    const port = tfjs(original);
    const outcome = await outcomeOf(port);
    const tensor = {
      shape: [1],
      slicing: 'tensor',
      scheme: { kind: 'affine' },
      codes: new Uint8Array(1),
    } as unknown as QuantizedTensor;
    for (const where of ['elsewhere/kernel', 'last/kernel', 'first/kernel'])
      expect(() => port.write(outcome).add(where, tensor)).toThrow(
        expect.objectContaining({ code: 'plan-mismatch', where }) as Error,
      );
    disposeWeights(original);
  });

  test('a damaged tensor leaves nothing behind', async () => {
    const original = smallSequential();
    const port = tfjs(original);
    const outcome = await outcomeOf(port);
    const last = outcome.entries.find(({ weight }) => weight.id === 'last/kernel')!;
    const tensor = {
      shape: [15, 4],
      slicing: last.slicing,
      codes: new Uint8Array(60),
      bits: last.entry.bits,
      scheme: {
        kind: 'affine',
        levels: 2,
        get scale() {
          throw new Error('damaged');
        },
      },
      parameterStorage: 'float32',
    };
    const writer = port.write(outcome);
    expect(() => writer.add('last/kernel', tensor as unknown as QuantizedTensor)).toThrow('damaged');
    disposeWeights(original);
  });

  test('an empty model and things that are no layers model are typed errors', async () => {
    const empty = tfLayers.sequential();
    await expect(quantize(tfjs(empty), { weights: grid })).rejects.toMatchObject({
      code: 'nothing-to-quantize',
    });
    for (const thing of [undefined, null, {}, 'model']) {
      expect(() => tfjs(thing as unknown as tfLayers.LayersModel)).toThrow(/invalid-argument/);
    }
  });
});
