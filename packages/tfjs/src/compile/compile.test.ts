import { quantize, type Quantizer } from '@lowbit/core';
import { horq, hwgq, minMax, ternary, xnor } from '@lowbit/methods';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryFile } from '../../test/memory-file.js';
import { withSeededWeights } from '../../test/models.js';
import { grid, halves, ranks } from '../../test/quantizers.js';
import { load } from '../io/load-model.js';
import { load as loadAlone } from '../load/index.js';
import { save } from '../io/save-model.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { tfjs } from '../tfjs.js';
import { compile } from './compile.js';

const { layers } = tfLayers;

/** Convolutions of several kinds with and without normalization, a residual connection, and Dense layers. */
function pictureNet(): tfLayers.LayersModel {
  const input = tfLayers.input({ shape: [9, 9, 3] });
  const conv = (name: string, rest: object) =>
    layers.conv2d({ name, filters: 6, kernelSize: 3, padding: 'same', ...rest });
  const first = conv('first', { strides: 2, useBias: false }).apply(input) as tfLayers.SymbolicTensor;
  const norm = layers.batchNormalization({ name: 'norm' }).apply(first) as tfLayers.SymbolicTensor;
  const relu = layers.reLU({ name: 'relu' }).apply(norm) as tfLayers.SymbolicTensor;
  const wide = conv('wide', { dilationRate: 2, activation: 'relu6' }).apply(relu) as tfLayers.SymbolicTensor;
  const sum = layers.add({ name: 'sum' }).apply([relu, wide]) as tfLayers.SymbolicTensor;
  const depth = layers.depthwiseConv2d({ name: 'depth', kernelSize: 2 }).apply(sum);
  const flat = layers.flatten({ name: 'flat' }).apply(depth as tfLayers.SymbolicTensor);
  const last = layers.dense({ name: 'last', units: 5, activation: 'softmax' }).apply(flat);
  return withSeededWeights(
    tfLayers.model({ inputs: input, outputs: last as tfLayers.SymbolicTensor, name: 'net' }),
  );
}

async function quantized(
  model: tfLayers.LayersModel,
  weights: Quantizer = grid,
  bits = 8,
  granularity: 'channel' | 'tensor' = 'channel',
) {
  const result = await quantize(tfjs(model), { weights, bits, granularity });
  disposeWeights(model);
  return result.model;
}

const pictures = () =>
  tf.tensor(
    Float32Array.from({ length: 2 * 243 }, (_, i) => Math.sin(i * i)),
    [2, 9, 9, 3],
  );

async function predicted(model: Pick<tfLayers.LayersModel, 'predict'>, input: tf.Tensor): Promise<number[]> {
  const output = model.predict(input) as tf.Tensor;
  const values = [...(await output.data())];
  output.dispose();
  return values;
}

describe.each(['cpu', 'wasm'])('on the backend %s', (backend) => {
  let before = 0;
  beforeEach(async () => {
    await tf.setBackend(backend);
    before = tf.memory().numTensors;
  });
  afterEach(() => expect(tf.memory().numTensors).toBe(before));

  it.each([
    [8, grid, 'channel'],
    [4, grid, 'channel'],
    [3, grid, 'channel'],
    // Codebooks of whole weights.
    [3, ranks, 'tensor'],
    [4, ranks, 'tensor'],
    // Signs with a scale for each channel.
    [1, halves, 'channel'],
  ] as const)('runs a network of %i bits nearly as it was', async (bits, quantizer, granularity) => {
    const model = await quantized(pictureNet(), quantizer, bits, granularity);
    const input = pictures();
    const expected = await predicted(model, input);
    const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
    const compiled = await compile(model, { activations: 'dynamic' });
    expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(weights);
    disposeWeights(model);
    const values = await predicted(compiled, input);
    values.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(0.03));
    compiled.dispose();
    input.dispose();
    const packedBits = bits === 8 || bits === 1 ? bits : 4;
    const packed = { isPacked: true, bits: packedBits, inputs: 'dynamic', bytes: expect.any(Number) };
    expect(compiled.explain()).toEqual([
      { layer: 'first', className: 'Conv2D', ...packed, normalization: 'norm', rectifier: 'relu' },
      { layer: 'wide', className: 'Conv2D', ...packed },
      { layer: 'depth', className: 'DepthwiseConv2D', ...packed, bits: 8 },
      { layer: 'last', className: 'Dense', ...packed },
    ]);
  });

  it.each(['scalar', 'simd'] as const)(
    'computes with inputs of 8 bits what floats do, in %s',
    async (variant) => {
      const dense = layers.dense({ name: 'dense', units: 7, inputShape: [4, 11], activation: 'tanh' });
      const model = await quantized(withSeededWeights(tfLayers.sequential({ layers: [dense] })));
      const compiled = await compile(model, { activations: 'dynamic', variant });
      expect(compiled.variant).toBe(variant);
      const input = tf.tensor(
        Float32Array.from({ length: 3 * 4 * 11 }, (_, i) => Math.cos(i * i)),
        [3, 4, 11],
      );
      const onGrid = tf.tidy(() => {
        const scale = tf.div(tf.max(tf.abs(input), -1, true), 127);
        return tf.mul(tf.round(tf.div(input, scale)), scale);
      });
      const expected = await predicted(model, onGrid);
      const values = await predicted(compiled, input);
      values.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
      tf.dispose([input, onGrid]);
      compiled.dispose();
      disposeWeights(model);
    },
  );

  it('takes the zeros around pictures in, unless they go elsewhere too', async () => {
    const bordered = (isShared: boolean) => {
      const input = tfLayers.input({ shape: [8, 7, 3] });
      const border = layers.zeroPadding2d({
        name: 'border',
        padding: [
          [0, 1],
          [2, 0],
        ],
      });
      const around = border.apply(input) as tfLayers.SymbolicTensor;
      const options = { kernelSize: 3, strides: 2, depthMultiplier: 2, useBias: false };
      const deep = layers.depthwiseConv2d({ name: 'deep', ...options }).apply(around);
      const norm = layers.batchNormalization({ name: 'norm' }).apply(deep) as tfLayers.SymbolicTensor;
      const relu = layers.reLU({ name: 'relu', maxValue: 6 }).apply(norm) as tfLayers.SymbolicTensor;
      const outputs = isShared ? [relu, around] : relu;
      return withSeededWeights(tfLayers.model({ inputs: input, outputs }));
    };
    for (const isShared of [false, true]) {
      const model = await quantized(bordered(isShared));
      const compiled = await compile(model, { activations: 'dynamic' });
      const parts = { normalization: 'norm', rectifier: 'relu', ...(!isShared && { border: 'border' }) };
      expect(compiled.explain()).toEqual([
        expect.objectContaining({ layer: 'deep', isPacked: true, bits: 8, ...parts }),
      ]);
      tf.tidy(() => {
        const x = tf.sin(tf.reshape(tf.range(0, 2 * 168), [2, 8, 7, 3]));
        const [expected, values] = [model, compiled].map((one) =>
          [one.predict(x)].flat().map((each) => [...each.dataSync()]),
        );
        expect(values!.length).toBe(isShared ? 2 : 1);
        values!
          .flat()
          .forEach((value, i) => expect(Math.abs(value - expected!.flat()[i]!)).toBeLessThan(0.03));
      });
      compiled.dispose();
      disposeWeights(model);
    }
  });

  it.each([
    ['codes', hwgq(), 2],
    ['signs', horq(), 2],
    ['signs', horq({ scope: 'sample' }), 2],
    ['signs', horq(), 1],
    ['signs', xnor(), 1],
  ] as const)(
    'computes what the model does with %s and weights that are signs: %#',
    async (kind, activations, bits) => {
      const input = tfLayers.input({ shape: [9, 9, 3] });
      const conv = (name: string, rest: object) =>
        layers.conv2d({ name, filters: 20, kernelSize: 3, padding: 'same', ...rest });
      const norm = (name: string) => layers.batchNormalization({ name, scale: false, center: false });
      const first = conv('first', {}).apply(input) as tfLayers.SymbolicTensor;
      const one = norm('one').apply(first) as tfLayers.SymbolicTensor;
      const second = conv('second', { strides: 2 }).apply(one) as tfLayers.SymbolicTensor;
      const two = norm('two').apply(second) as tfLayers.SymbolicTensor;
      const flat = layers.flatten({ name: 'flat' }).apply(two) as tfLayers.SymbolicTensor;
      const last = layers.dense({ name: 'last', units: 5 }).apply(flat);
      const original = withSeededWeights(
        tfLayers.model({ inputs: input, outputs: last as tfLayers.SymbolicTensor }),
      );
      const { model } = await quantize(tfjs(original), {
        ...{ weights: hwgq(), bits: 1, activations, activationBits: bits, exclude: ['first'] },
      });
      const compiled = await compile(model);
      expect(compiled.explain()).toEqual([
        expect.objectContaining({ layer: 'first', isPacked: false }),
        expect.objectContaining({ layer: 'one', isPacked: false }),
        expect.objectContaining({ layer: 'second', normalization: 'two', bits: 1, inputs: kind }),
        expect.objectContaining({ layer: 'last', isPacked: true, bits: 1, inputs: kind }),
      ]);
      const pixels = pictures();
      const [expected, values] = [await predicted(model, pixels), await predicted(compiled, pixels)];
      expect(new Set(expected).size).toBeGreaterThan(4);
      values.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4));
      pixels.dispose();
      compiled.dispose();
      for (const each of [original, model]) disposeWeights(each);
    },
  );

  it.each([1, 2] as const)(
    'runs Dense layers of ternary weights with %i signs of each input',
    async (order) => {
      const dense = layers.dense({ name: 'dense', units: 37, inputShape: [45] });
      const original = withSeededWeights(tfLayers.sequential({ layers: [dense] }));
      const recipe = { weights: ternary(), bits: 2, granularity: 'channel' } as const;
      const { model } = await quantize(tfjs(original), {
        ...{ ...recipe, activations: horq({ scope: 'sample' }), activationBits: order },
      });
      const compiled = await compile(model);
      const packed = { isPacked: true, bits: 2, inputs: 'signs' };
      expect(compiled.explain()).toEqual([expect.objectContaining(packed)]);
      const input = tf.tensor(
        Float32Array.from({ length: 5 * 45 }, (_, i) => Math.cos(i * i)),
        [5, 45],
      );
      const expected = await predicted(model, input);
      expect(new Set(expected).size).toBeGreaterThan(100);
      (await predicted(compiled, input)).forEach((value, i) =>
        expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5),
      );
      input.dispose();
      compiled.dispose();
      for (const each of [original, model]) disposeWeights(each);
    },
  );

  it.each([
    ['dense', () => layers.dense({ units: 6, activation: 'tanh' }), [6], minMax(), 8],
    ['conv2d', () => layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }), [6, 5, 4], minMax(), 8],
    ['depthwise', () => layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }), [6, 5, 4], minMax(), 8],
    ['dense of signs', () => layers.dense({ units: 6 }), [6], horq({ scope: 'sample' }), 1],
  ] as const)('packs %s once that is called twice', async (name, layer, shape, activations, bits) => {
    const input = tfLayers.input({ shape: [...shape] });
    const shared = layer();
    const once = shared.apply(input) as tfLayers.SymbolicTensor;
    const rows = layers.repeatVector({ n: 2 });
    // Rows of a sample share a scale in the one place and have none to share it with in the other.
    const between = name.includes('signs') ? (rows.apply(once) as tfLayers.SymbolicTensor) : once;
    const outputs = [once, shared.apply(between) as tfLayers.SymbolicTensor];
    const original = withSeededWeights(tfLayers.model({ inputs: input, outputs }));
    const count = 3 * shape.reduce((product, size) => product * size, 1);
    const x = tf.tensor(
      Float32Array.from({ length: count }, (_, i) => Math.sin(i * i)),
      [3, ...shape],
    );
    const data = [{ inputs: { x: { shape: x.shape, data: await x.data<'float32'>() } } }];
    const recipe = { weights: grid, bits: 8, activations, activationBits: bits };
    const { model } = await quantize(tfjs(original), { ...recipe, ...(bits === 8 && { data }) });
    const compiled = await compile(model);
    const packed = bits === 8 ? { isPacked: true } : { why: expect.stringContaining('rows of a sample') };
    expect(compiled.explain()).toEqual([
      expect.objectContaining({ layer: original.layers[1]!.name, ...packed }),
    ]);
    tf.tidy(() => {
      const [expected, values] = [model, compiled].map((one) =>
        (one.predict(x) as tf.Tensor[]).flatMap((each) => [...each.dataSync()]),
      );
      values!.forEach((value, i) => expect(Math.abs(value - expected![i]!)).toBeLessThan(1e-5));
    });
    tf.dispose(x);
    compiled.dispose();
    for (const each of [original, model]) disposeWeights(each);
  });

  it('quantizes no input unless it is told to', async () => {
    const model = await quantized(pictureNet());
    const compiled = await compile(model);
    const input = pictures();
    expect(await predicted(compiled, input)).toEqual(await predicted(model, input));
    expect(compiled.explain().map(({ isPacked, why }) => [isPacked, why])).toContainEqual([
      false,
      "its inputs are floats: compile(model, { activations: 'dynamic' }) quantizes them to 8 bits",
    ]);
    input.dispose();
    compiled.dispose();
    disposeWeights(model);
  });

  it('says why layers do not run packed', async () => {
    const why = async (model: tfLayers.LayersModel) => {
      const compiled = await compile(model, { activations: 'dynamic' });
      compiled.dispose();
      disposeWeights(model);
      return compiled.explain().map((layer) => layer.why);
    };
    const dense = () => layers.dense({ units: 3, inputShape: [4] });
    const one = () => withSeededWeights(tfLayers.sequential({ layers: [dense()] }));
    expect(await why(one())).toEqual([expect.stringContaining('not quantized')]);
    expect(await why(await quantized(one(), ranks, 4))).toEqual([expect.stringContaining('codebook')]);
    expect(await why(await quantized(one(), halves, 2))).toEqual([expect.stringContaining('sums of signs')]);
    const changed = await quantized(one());
    const ones = tf.ones([4, 3]);
    changed.layers[0]!.weights[0]!.write(ones);
    expect(await why(changed)).toEqual([expect.stringContaining('changed')]);
    ones.dispose();
    const inner = tfLayers.sequential({ name: 'inner', layers: [dense()] });
    const nested = withSeededWeights(tfLayers.sequential({ name: 'outer', layers: [inner] }));
    expect(await why(await quantized(nested))).toEqual([expect.stringContaining('another model')]);
  });

  it('compiles a model that was loaded', async () => {
    const model = await quantized(pictureNet(), grid, 4);
    const file = memoryFile();
    await save(model, file);
    disposeWeights(model);
    const loaded = await load(file);
    const compiled = await compile(loaded, { activations: 'dynamic' });
    disposeWeights(loaded);
    expect(compiled.explain().filter(({ isPacked }) => isPacked)).toHaveLength(4);
    const input = pictures();
    const expected = await predicted(compiled, input);
    expect(expected).toHaveLength(10);
    compiled.dispose();
    for (const one of [load, loadAlone]) {
      const atOnce = await one(file, { compile: { activations: 'dynamic' } });
      expect(await predicted(atOnce, input)).toEqual(expected);
      atOnce.dispose();
      const asItIs = await one(file, { compile: true });
      expect(asItIs.explain().filter(({ isPacked }) => isPacked)).toEqual([]);
      asItIs.dispose();
      const given = { weights: 'packed', compile: true } as const;
      await expect(one(file, given)).rejects.toMatchObject({ code: 'invalid-argument' });
    }
    input.dispose();
  });
});
