import {
  quantize,
  registry,
  seededRandom,
  train,
  type Batch,
  type Quantizer,
  type Registry,
} from '@lowbit/core';
import { arrayOps } from '@lowbit/core/adapter';
import { minMax } from '@lowbit/methods';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { withSeededWeights } from '../../test/models.js';
import { besidesSize } from '../../test/sizes.js';
import { grid } from '../../test/quantizers.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { load, save, tfjs } from '../index.js';

const { layers } = tfLayers;
const random = seededRandom(4);
const numbers = (count: number) => Float32Array.from({ length: count }, () => 2 * random() - 1);

/** An even grid over the observed range. */
const ranged: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'ranged',
  roles: ['activation'],
  bits: { activation: [2, 4, 8] },
  fit(_values, { bits, statistics }) {
    const { min, max } = statistics!;
    const levels = 2 ** bits;
    return {
      kind: 'affine',
      levels,
      scale: Math.fround((max - min) / (levels - 1)),
      offset: Math.fround(min),
    };
  },
};

/** Sign times the mean magnitude of a row. */
const rows = (observes: 'samples' | 'patches'): Quantizer => ({
  kind: 'quantizer',
  api: 2,
  name: `rows of ${observes}`,
  roles: ['activation'],
  bits: { activation: [1] },
  dynamic: true,
  observes,
  fit: () => ({ kind: 'residual', scales: Float32Array.of(1) }),
  forward: (ops, x) => ops.mul(ops.sign(x), ops.mean(ops.abs(x), [1])),
  backward: (ops, x, dy) => ({ x: ops.where(ops.greater(ops.abs(x), ops.constant(1)), ops.constant(0), dy) }),
});

function smallNet(): tfLayers.Sequential {
  return withSeededWeights(
    tfLayers.sequential({
      layers: [
        layers.conv2d({
          name: 'conv',
          filters: 3,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          inputShape: [6, 6, 2],
        }),
        layers.batchNormalization({ name: 'norm' }),
        layers.reLU({ name: 'relu' }),
        layers.conv2d({ name: 'second', filters: 2, kernelSize: 2, activation: 'relu' }),
        layers.flatten({ name: 'flat' }),
        layers.dense({ name: 'out', units: 3, activation: 'softmax' }),
      ],
    }),
  );
}

const images = (size: number): Batch => ({
  inputs: { x: { shape: [size, 6, 6, 2], data: numbers(72 * size) } },
  labels: Array.from({ length: size }, (_, i) => i % 3),
});

function predict(model: tfLayers.LayersModel, { inputs }: Batch): Float32Array {
  return tf.tidy(() => {
    const { shape, data } = Object.values(inputs)[0]!;
    return (model.predict(tf.tensor(Float32Array.from(data), [...shape])) as tf.Tensor)
      .dataSync<'float32'>()
      .slice();
  });
}

onEveryBackend('quantized activations', (test) => {
  test('sites are the inputs of layers, with what batch normalization says about them', async () => {
    const model = smallNet();
    const sites = (await tfjs(model).layers()).flatMap((layer) => layer.sites);
    expect(sites.map(({ id }) => id)).toEqual(['conv/input', 'second/input', 'out/input']);
    expect(sites[0]!.normal).toBeUndefined();
    expect(sites[2]!.normal).toBeUndefined();
    const [gamma, beta] = model
      .getLayer('norm')
      .getWeights()
      .map((weight) => weight.dataSync());
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / 3;
    const second = mean(gamma!.map((value, i) => value ** 2 + beta![i]! ** 2));
    expect(sites[1]!.normal!.mean).toBeCloseTo(mean(beta!), 6);
    expect(sites[1]!.normal!.deviation).toBeCloseTo(Math.sqrt(second - mean(beta!) ** 2), 6);
    disposeWeights(model);
  });

  test('observation sees the inputs of layers, and the model stays as it is', async () => {
    const model = smallNet();
    const batch = images(4);
    const before = predict(model, batch);
    const { sites, batches } = await tfjs(model).observe([batch, images(4)]);
    expect(batches).toBe(2);
    const values = Array.from(Object.values(batch.inputs)[0]!.data);
    expect(sites['conv/input']!.count).toBe(8 * 72);
    expect(sites['conv/input']!.min).toBeLessThanOrEqual(Math.min(...values));
    expect(sites['second/input']!.min).toBe(0);
    expect(predict(model, batch)).toEqual(before);
    disposeWeights(model);
  });

  test('ranges alone are those of the whole statistics, values that are not finite left out', async () => {
    const model = smallNet();
    const conv = model.getLayer('conv');
    // The layer overflows where its input is near the largest float32.
    tf.tidy(() => conv.setWeights(conv.getWeights().map((weight) => tf.mul(weight, 100))));
    const [[name, input]] = Object.entries(images(4).inputs) as [[string, Batch['inputs'][string]]];
    const broken = {
      shape: input.shape,
      data: Float32Array.from(input.data, (x, i) => (i === 5 ? 3e38 : x)),
    };
    const batches = [images(4), { inputs: { [name]: broken } }];
    const all = await tfjs(model).observe(batches);
    const ranges = await tfjs(model).observe(batches, { statistics: 'ranges' });
    const { count, nonFinite } = ranges.sites['second/input']!;
    expect([count > 0, nonFinite > 0, count + nonFinite]).toEqual([true, true, 8 * 27]);
    for (const [id, seen] of Object.entries(ranges.sites)) {
      expect(seen).not.toHaveProperty('histogram');
      expect(all.sites[id]).toMatchObject(seen);
    }
    disposeWeights(model);
  });

  test('inputs that are not finite are refused, and empty ones told', async () => {
    const model = smallNet();
    const [[name, { shape, data }]] = Object.entries(images(4).inputs) as [[string, Batch['inputs'][string]]];
    const input = { shape, data: Float32Array.from(data, (x, i) => (i === 72 ? Infinity : x)) };
    const batches = [images(4), { ...images(4), inputs: { [name]: input } }];
    const refused = { code: 'non-finite', where: `batch 2: input '${name}', at [1, 0, 0, 0]` };
    await expect(tfjs(model).observe(batches)).rejects.toMatchObject(refused);
    await expect(tfjs(model).features(batches)).rejects.toMatchObject(refused);
    const empty = [{ inputs: { [name]: { shape: [0, ...shape.slice(1)], data: [] } } }];
    await expect(tfjs(model).observe(empty)).rejects.toMatchObject({
      code: 'calibration-invalid',
      expected: 'batches with values',
    });
    disposeWeights(model);
  });

  test('features are the outputs of layers, averaged over space', async () => {
    const model = smallNet();
    const { labels, layers: found } = await tfjs(model).features([images(4), images(2)]);
    expect(labels).toEqual([0, 1, 2, 0, 0, 1]);
    expect([...found].map(([id, { dimensions, values }]) => [id, dimensions, values.length])).toEqual([
      ['conv', 3, 18],
      ['second', 2, 12],
      ['out', 3, 18],
    ]);
    await expect(tfjs(model).features([{ ...images(4), labels: [1] }])).rejects.toMatchObject({
      code: 'calibration-invalid',
    });
    disposeWeights(model);
  });

  test('a static quantizer is in the result, which is saved and loaded', async () => {
    const model = smallNet();
    const port = tfjs(model);
    const calibration = await port.observe([images(16)]);
    const recipe = { weights: grid, bits: 8, activations: ranged, calibration } as const;
    const { model: small } = await quantize(port, { ...recipe, activationBits: 8 });
    const { model: coarse } = await quantize(port, { ...recipe, activationBits: 2 });
    const batch = images(3);
    const [exact, near, far] = [model, small, coarse].map((each) => predict(each, batch));
    const error = (values: Float32Array) =>
      Math.max(...values.map((value, i) => Math.abs(value - exact![i]!)));
    expect(error(near!)).toBeLessThan(0.02);
    expect(error(far!)).toBeGreaterThan(error(near!));
    let stored: tf.io.ModelArtifacts | undefined;
    await small.save(
      tf.io.withSaveHandler(async (artifacts) => {
        stored = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const kernel = (each: tfLayers.LayersModel) =>
      each.weights
        .find(({ originalName }) => originalName === 'second/kernel')!
        .read()
        .dataSync();
    let packed: tf.io.ModelArtifacts | undefined;
    const report = await save(
      small,
      tf.io.withSaveHandler(async (given) => {
        packed = given;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    expect(report.weights.filter(({ form }) => form === 'packed 8-bit').length).toBe(3);
    const unpacked = await load(tf.io.fromMemory(packed!), { registry: registry([ranged]) });
    expect(kernel(unpacked)).toEqual(kernel(small));
    const again = await tfjs(unpacked).observe([batch]);
    expect(again.batches).toBe(1);
    expect(predict(unpacked, batch)).toEqual(near);
    disposeWeights(unpacked);
    const artifacts = {
      ...stored!,
      modelTopology: JSON.parse(JSON.stringify(stored!.modelTopology)) as object,
    };
    const loaded = await tfLayers.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(predict(loaded, batch)).toEqual(near);
    for (const each of [model, small, coarse, loaded]) disposeWeights(each);
  });

  test('a value that never changed in the calibration stays float, with a warning', async () => {
    const masked = (name: string) => layers.dense({ name, units: 3, useBias: false });
    const [x, mask] = ['x', 'mask'].map((name) => tfLayers.input({ name, shape: [4] }));
    const sum = layers
      .add()
      .apply([masked('a').apply(x!), masked('b').apply(mask!)] as tfLayers.SymbolicTensor[]);
    const model = withSeededWeights(
      tfLayers.model({ inputs: [x!, mask!], outputs: sum as tfLayers.SymbolicTensor }),
    );
    const waves = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i * i));
    const batch = (always?: number) => ({
      x: { shape: [8, 4], data: waves },
      mask: { shape: [8, 4], data: waves.map((value) => always ?? (value < 0 ? 0 : 1)) },
    });
    const changing = Object.values(batch());
    for (const always of [1, 0]) {
      const calibration = await tfjs(model).observe([{ inputs: batch(always) }]);
      const recipe = { weights: grid, bits: 8, activations: minMax(), calibration } as const;
      const { model: small, report } = await quantize(tfjs(model), recipe);
      expect(report.activations).toMatchObject([
        { id: 'a/input', fitted: {} },
        { id: 'b/input', float: true, formReason: `it never changed in the calibration (always ${always})` },
      ]);
      expect(besidesSize(report.warnings)).toEqual([expect.stringContaining('stays float')]);
      const [exact, near] = [model, small].map((each) =>
        tf.tidy(() => {
          const given = changing.map(({ shape, data }) => tf.tensor(Float32Array.from(data), shape));
          return (each.predict(given) as tf.Tensor).dataSync<'float32'>();
        }),
      );
      const error = Math.max(...near!.map((value, i) => Math.abs(value - exact![i]!)));
      expect(error).toBeLessThan(0.05);
      disposeWeights(small);
    }
    disposeWeights(model);
  });

  for (const observed of ['samples', 'patches'] as const) {
    test(`rows are ${observed}, in the result as in the reference`, async () => {
      const model = smallNet();
      const { model: small } = await quantize(tfjs(model), {
        weights: grid,
        bits: 8,
        activations: rows(observed),
        activationBits: 1,
        include: ['second'],
      });
      const batch = images(2);
      const received = predict(small, batch);
      expect(received).toEqual(reference(model, small, batch, observed));
      disposeWeights(model);
      disposeWeights(small);
    });
  }

  const layersWithoutPatches: [string, tfLayers.layers.Layer, number[]][] = [
    ['Conv1D', layers.conv1d({ filters: 2, kernelSize: 3 }), [8, 3]],
    ['Conv3D', layers.conv3d({ filters: 2, kernelSize: 2 }), [4, 4, 4, 2]],
    ['DepthwiseConv2D', layers.depthwiseConv2d({ kernelSize: 3 }), [6, 6, 2]],
    ['SeparableConv2D', layers.separableConv2d({ filters: 2, kernelSize: 3 }), [6, 6, 2]],
    ['Conv2DTranspose', layers.conv2dTranspose({ filters: 2, kernelSize: 3 }), [6, 6, 2]],
  ];
  for (const [name, layer, shape] of layersWithoutPatches)
    test(`${name} has no patches that are known: its input stays float, with the reason`, async () => {
      const input = tfLayers.input({ shape });
      const output = layer.apply(input) as tfLayers.SymbolicTensor;
      const model = withSeededWeights(tfLayers.model({ inputs: input, outputs: output }));
      const recipe = { weights: grid, bits: 8, activations: rows('patches'), activationBits: 1 } as const;
      const { model: small, report } = await quantize(tfjs(model), recipe);
      const { model: weightsAlone } = await quantize(tfjs(model), { weights: grid, bits: 8 });
      expect(report.activations).toMatchObject([
        {
          float: true,
          form: 'float',
          formReason: expect.stringMatching(`sees patches.*not of ${name}`) as string,
        },
      ]);
      const size = shape.reduce((product, one) => product * one, 1);
      const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i * i));
      const batch = { inputs: { x: { shape: [1, ...shape], data } } };
      expect(predict(small, batch)).toEqual(predict(weightsAlone, batch));
      // In training too: with weights quantized it computes what weights alone do, in sums of another order.
      const run = train(tfjs(model), recipe);
      const expected = predict(weightsAlone, batch);
      for await (const round of run)
        predict(model, batch).forEach((value, i) =>
          expect(value).toBeCloseTo(expected[i]! + round.number, 4),
        );
      const trained = await run.result;
      expect(trained.report.activations).toMatchObject([{ float: true }]);
      for (const each of [model, small, weightsAlone, trained.model]) disposeWeights(each);
    });

  test('a Conv2D with channels first stays float too, and samples are no patches', async () => {
    const layer = layers.conv2d({ filters: 2, kernelSize: 3, dataFormat: 'channelsFirst' });
    const model = withSeededWeights(
      tfLayers.sequential({ layers: [layers.inputLayer({ inputShape: [2, 6, 6] }), layer] }),
    );
    const activationsOf = async (observed: 'samples' | 'patches') => {
      const recipe = { weights: grid, bits: 8, activations: rows(observed), activationBits: 1 } as const;
      const { model: small, report } = await quantize(tfjs(model), recipe);
      disposeWeights(small);
      return report.activations![0]!;
    };
    expect(await activationsOf('patches')).toMatchObject({
      float: true,
      formReason: expect.stringContaining('channels come first') as string,
    });
    expect(await activationsOf('samples')).not.toHaveProperty('float');
    disposeWeights(model);
  });

  test('samples do not depend on each other', async () => {
    const model = smallNet();
    const recipe = { weights: grid, bits: 8, activations: rows('patches'), activationBits: 1 } as const;
    const { model: small } = await quantize(tfjs(model), recipe);
    const batch = images(3);
    const { data } = Object.values(batch.inputs)[0]!;
    const first = { inputs: { x: { shape: [1, 6, 6, 2], data: Array.from(data).slice(0, 72) } } };
    const [all, alone] = [predict(small, batch), predict(small, first)];
    alone.forEach((value, i) => expect(value).toBeCloseTo(all[i]!, 6));
    disposeWeights(model);
    disposeWeights(small);
  });
});

onEveryBackend('training with quantized activations', (test) => {
  test('activation quantizers are in force while the model trains, and in the result', async () => {
    const model = withSeededWeights(
      tfLayers.sequential({
        layers: [
          layers.dense({ name: 'hidden', units: 8, inputShape: [6], activation: 'tanh' }),
          layers.dense({ name: 'out', units: 3, activation: 'softmax' }),
        ],
      }),
    );
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const batch = { inputs: { x: { shape: [5, 6], data: numbers(30) } } };
    const float = predict(model, batch);
    const run = train(tfjs(model), {
      weights: grid,
      bits: 8,
      activations: rows('patches'),
      activationBits: 1,
      include: ['out'],
    });
    let during: Float32Array | undefined;
    for await (const { number } of run) {
      expect(number).toBe(0);
      const [xs, ys] = [tf.tensor(numbers(30), [5, 6]), tf.tensor(numbers(15), [5, 3])];
      await model.fit(xs, ys, { epochs: 2, verbose: 0 });
      tf.dispose([xs, ys]);
      during = predict(model, batch);
    }
    const { model: small } = await run.result;
    expect(during).not.toEqual(float);
    predict(small, batch).forEach((value, i) => expect(value).toBeCloseTo(during![i]!, 5));
    optimizer.dispose();
    disposeWeights(model);
    disposeWeights(small);
  });

  test('inside TimeDistributed, saved and loaded, and a second time with other numbers', async () => {
    const model = withSeededWeights(
      tfLayers.sequential({
        layers: [
          layers.timeDistributed({
            name: 'each',
            layer: layers.dense({ name: 'dense', units: 4 }),
            inputShape: [3, 5],
          }),
          layers.flatten({ name: 'flat' }),
          layers.dense({ name: 'out', units: 2 }),
        ],
      }),
    );
    const batch: Batch = { inputs: { x: { shape: [4, 3, 5], data: numbers(60) } } };
    const calibration = await tfjs(model).observe([batch]);
    const known = registry([ranged, grid]);
    const float = predict(model, batch);
    const made: tfLayers.LayersModel[] = [model];
    const errors: number[] = [];
    for (const activationBits of [2, 8]) {
      const recipe = {
        registry: known,
        weights: grid,
        bits: 8,
        activations: ranged,
        activationBits,
        calibration,
      };
      // The second one takes the place of the first.
      const { model: small, plan } = await quantize(tfjs(made.at(-1)!), recipe);
      expect(plan.activations?.map(({ id }) => id)).toEqual(['each/dense/input', 'out/input']);
      expect(JSON.stringify(small.toJSON(null, false)).match(/LowbitQuantizedInput/g)).toHaveLength(2);
      const loaded = await loadedAgain(small, known);
      expect(predict(loaded, batch)).toEqual(predict(small, batch));
      errors.push(predict(small, batch).reduce((sum, value, i) => sum + (value - float[i]!) ** 2, 0));
      made.push(small);
      // Weights that are quantized are not quantized again: these are float once more.
      small.setWeights(model.getWeights());
      disposeWeights(loaded);
    }
    expect(errors[1]).toBeLessThan(0.1 * errors[0]!);
    made.forEach(disposeWeights);
  });

  test('batches that do not fit are told, and leave nothing', async () => {
    const model = smallNet();
    const data = numbers(72);
    for (const shape of [
      [1, 6, 6, 3],
      [1, 72],
      [2, 6, 6, 2],
    ])
      await expect(tfjs(model).observe([{ inputs: { x: { shape, data } } }])).rejects.toMatchObject({
        code: 'invalid-argument',
        expected: expect.stringContaining('[any, 6, 6, 2]') as string,
      });
    disposeWeights(model);
  });
});

async function loadedAgain(model: tfLayers.LayersModel, known: Registry): Promise<tfLayers.LayersModel> {
  let artifacts: tf.io.ModelArtifacts = {};
  await save(
    model,
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(given) };
    }),
  );
  return load(tf.io.fromMemory(artifacts), { registry: known });
}

/** The small net with the input of its second convolution quantized by arrays, the weights those of the result. */
function reference(
  model: tfLayers.LayersModel,
  small: tfLayers.LayersModel,
  batch: Batch,
  observed: 'samples' | 'patches',
) {
  return tf.tidy(() => {
    const { shape, data } = Object.values(batch.inputs)[0]!;
    const run = (x: tf.Tensor, names: string[]) =>
      names.reduce((value, name) => model.getLayer(name).apply(value) as tf.Tensor, x);
    const hidden = run(tf.tensor(Float32Array.from(data), [...shape]), [
      'conv',
      'norm',
      'relu',
    ]) as tf.Tensor4D;
    const [kernel, bias] = small.getLayer('second').getWeights() as [tf.Tensor4D, tf.Tensor];
    const site = {
      role: 'activation',
      bits: 1,
      options: {},
      parameters: { kind: 'residual', scales: [] },
    } as const;
    const quantized = (x: tf.Tensor2D) => {
      const matrix = { shape: x.shape, data: x.dataSync<'float32'>() };
      return tf.tensor(rows(observed).forward!(arrayOps, matrix, site).data, x.shape);
    };
    let product: tf.Tensor;
    if (observed === 'samples') {
      const input = tf.reshape(quantized(tf.reshape(hidden, [2, -1])), hidden.shape) as tf.Tensor4D;
      product = tf.conv2d(input, kernel, 1, 'valid');
    } else {
      const corner = (y: number, x: number) => tf.slice(hidden, [0, y, x, 0], [2, 2, 2, 3]);
      const patches = tf.concat([corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)], 3);
      const product2d = tf.matMul(quantized(tf.reshape(patches, [8, 12])), tf.reshape(kernel, [12, 2]));
      product = tf.reshape(product2d, [2, 2, 2, 2]);
    }
    return run(tf.relu(tf.add(product, bias)), ['flat', 'out'])
      .dataSync<'float32'>()
      .slice();
  });
}
