import type { Batch } from '@lowbit/core';
import type { LabelValues } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect, vi } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { withSeededWeights } from '../../test/models.js';
import { grid } from '../../test/quantizers.js';
import { tfjs } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';

const { layers } = tfLayers;

type Loss = NonNullable<tfLayers.ModelCompileArgs['loss']>;

/** Losses, with the channels that the model ends in. */
const losses: readonly (readonly [name: string, loss: Loss, classes: number])[] = [
  ['categorical', 'categoricalCrossentropy', 4],
  ['sparse', 'sparseCategoricalCrossentropy', 4],
  ['binary', 'binaryCrossentropy', 1],
  ['squares', 'meanSquaredError', 4],
  ['of the user', (labels, output) => tf.mean(tf.abs(tf.sub(labels, output)), -1), 4],
];

function compiled(kind: 'sequential' | 'functional', loss: Loss, classes: number) {
  const rest = [
    layers.dense({ name: 'hidden', units: 7, activation: 'tanh' }),
    layers.dropout({ name: 'dropout', rate: 0.5 }),
    layers.dense({ name: 'last', units: classes, activation: classes === 1 ? 'sigmoid' : 'softmax' }),
  ];
  const x = tfLayers.input({ shape: [5], name: 'x' });
  const model =
    kind === 'functional'
      ? tfLayers.model({ inputs: x, outputs: rest.reduce((y, layer) => layer.apply(y) as typeof x, x) })
      : tfLayers.sequential({ layers: [layers.inputLayer({ inputShape: [5], name: 'x' }), ...rest] });
  model.compile({ optimizer: tf.train.sgd(0.1), loss });
  return withSeededWeights(model);
}

interface Labelled extends Batch {
  readonly labels: readonly number[];
}

function batchesOf(classes: number): Labelled[] {
  return [7, 1, 32].map((size, seed) => ({
    inputs: {
      x: { shape: [size, 5], data: Float32Array.from({ length: 5 * size }, (_, i) => Math.sin(i + seed)) },
    },
    labels: Array.from({ length: size }, (_, i) => i % Math.max(2, classes)),
  }));
}

/** What `evaluate` gives, over all samples. */
function evaluated(
  model: tfLayers.LayersModel,
  batches: readonly Labelled[],
  loss: Loss,
  classes: number,
): number {
  const isSparse = loss === 'sparseCategoricalCrossentropy' || classes === 1;
  let [sum, samples] = [0, 0];
  for (const { inputs, labels } of batches) {
    const { shape, data } = inputs['x']!;
    const size = shape[0]!;
    sum += tf.tidy(() => {
      const numbers = tf.tensor1d([...Array.from(labels)], 'int32');
      const targets = isSparse
        ? tf.cast(tf.reshape(numbers, [size, 1]), 'float32')
        : tf.cast(tf.oneHot(numbers, classes), 'float32');
      const result = model.evaluate(tf.tensor(Float32Array.from(data), [...shape]), targets, {
        batchSize: size,
      });
      return size * (result as tf.Scalar).dataSync()[0]!;
    });
    samples += size;
  }
  return sum / samples;
}

/** A compiled model with labelled batches, and the targets that TensorFlow.js takes for all of them. */
interface Task {
  readonly model: tfLayers.LayersModel;
  readonly batches: readonly Batch[];
  /** A tensor an output, for each batch. */
  readonly targets: tf.Tensor[][];
}

const numbersOf = (count: number, seed = 0) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1 + i + 7 * seed));

const imagesOf = (size: number) => ({ shape: [size, 4, 4, 2], data: numbersOf(size * 32, size) });

function taskOf(
  last: readonly { readonly layer: tfLayers.layers.Layer; readonly loss: Loss }[],
  labelsOf: (size: number) => {
    readonly labels: NonNullable<Batch['labels']>;
    readonly targets: tf.Tensor[];
  },
): Task {
  const x = tfLayers.input({ shape: [4, 4, 2], name: 'x' });
  const outputs = last.map(({ layer }) => layer.apply(x) as typeof x);
  const model = withSeededWeights(tfLayers.model({ inputs: x, outputs }));
  model.compile({ optimizer: tf.train.sgd(0.1), loss: last.map(({ loss }) => loss) as never });
  const sizes = [2, 2, 5];
  const labelled = sizes.map((size) => labelsOf(size));
  const batches = sizes.map((size, i) => ({ inputs: { x: imagesOf(size) }, labels: labelled[i]!.labels }));
  return { model, batches, targets: labelled.map(({ targets }) => targets) };
}

const flatDense = (name: string, units: number, activation: 'linear' | 'softmax' = 'linear') =>
  tfLayers.sequential({
    name,
    layers: [
      layers.flatten({ inputShape: [4, 4, 2] }),
      layers.dense({ name: `${name}_last`, units, activation }),
    ],
  });

/** Numbers that are no classes, one a sample. */
const regression = () =>
  taskOf([{ layer: flatDense('price', 1), loss: 'meanAbsoluteError' }], (size) => {
    const labels = [...numbersOf(size)];
    return { labels, targets: [tf.tensor2d(labels, [size, 1])] };
  });

/** A class for each pixel. */
const segmentation = (loss: Loss) => {
  const layer = layers.conv2d({ name: 'pixels', filters: 3, kernelSize: 1, activation: 'softmax' });
  return taskOf([{ layer, loss }], (size) => {
    const data = Int32Array.from({ length: size * 16 }, (_, i) => (i * i) % 3);
    const { shape, data: rows } = oneHot({ shape: [size, 4, 4], data }, 3);
    const isSparse = loss === 'sparseCategoricalCrossentropy';
    const target = isSparse
      ? tf.tensor([...data], [size, 4, 4, 1], 'float32')
      : tf.tensor(Float32Array.from(rows), [...shape]);
    return { labels: { shape: [size, 4, 4], data }, targets: [target] };
  });
};

const autoencoder = () =>
  taskOf(
    [{ layer: layers.conv2d({ name: 'again', filters: 2, kernelSize: 1 }), loss: 'meanSquaredError' }],
    (size) => {
      const labels = imagesOf(size);
      return { labels, targets: [tf.tensor(labels.data, labels.shape)] };
    },
  );

const several = () =>
  taskOf(
    [
      { layer: flatDense('kind', 3, 'softmax'), loss: 'sparseCategoricalCrossentropy' },
      { layer: flatDense('box', 4), loss: 'meanSquaredError' },
    ],
    (size) => {
      const kind = Array.from({ length: size }, (_, i) => i % 3);
      const box = { shape: [size, 4], data: numbersOf(size * 4) };
      return {
        labels: { kind, box },
        targets: [tf.tensor2d(kind, [size, 1], 'float32'), tf.tensor(box.data, box.shape)],
      };
    },
  );

function oneHot({ shape, data }: LabelValues, classes: number): LabelValues {
  const rows = Array.from(data).flatMap((label) =>
    Array.from({ length: classes }, (_, i) => Number(i === label)),
  );
  return { shape: [...shape, classes], data: rows };
}

/** What `evaluate` gives over all batches: after the outputs before the last, the sum of all. */
async function evaluatedOn({ model, batches, targets }: Task): Promise<number> {
  let [sum, samples] = [0, 0];
  for (const [i, { inputs }] of batches.entries()) {
    const { shape, data } = inputs['x']!;
    const size = shape[0]!;
    const x = tf.tensor(Float32Array.from(data), [...shape]);
    const own = targets[i]!;
    const result = model.evaluate(x, own.length === 1 ? own[0]! : own, { batchSize: size });
    const losses = Array.isArray(result) ? result : [result];
    const [total] = await losses[own.length - 1]!.data();
    sum += size * total!;
    samples += size;
    tf.dispose([x, ...losses]);
  }
  return sum / samples;
}

onEveryBackend('the loss of a model that is trained', (test) => {
  test('is of labels that are numbers alone', async () => {
    const model = compiled('sequential', 'meanSquaredError', 1);
    const [first] = batchesOf(1);
    for (const wrong of ['1', null]) {
      const labels = Array.from(first!.labels, (label, i) => (i === 4 ? wrong : label)) as never;
      await expect(tfjs(model).loss([{ ...first!, labels }], new Map())).rejects.toMatchObject({
        code: 'invalid-argument',
        where: 'batch 1: labels, at [4]',
      });
    }
    model.optimizer.dispose();
    disposeWeights(model);
  });

  test('is of labels that are classes of the model, where it has several', async () => {
    for (const loss of ['meanSquaredError', 'sparseCategoricalCrossentropy'] as const) {
      const model = compiled('sequential', loss, 4);
      const [first] = batchesOf(4);
      for (const wrong of [-1, 1.5, 4, 99, NaN]) {
        const labels = Array.from(first!.labels, (label, i) => (i === 4 ? wrong : label));
        await expect(tfjs(model).loss([{ ...first!, labels }], new Map())).rejects.toMatchObject({
          code: 'invalid-argument',
          where: 'batch 1: labels, at [4]',
          expected: 'classes: whole numbers from 0 to 3',
        });
      }
      model.optimizer.dispose();
      disposeWeights(model);
    }
  });

  test('is that of the one sample where there is one, and 0 where there is none', async () => {
    const model = compiled('sequential', 'meanSquaredError', 4);
    const single = batchesOf(4).filter(({ labels }) => labels.length === 1);
    const own = await tfjs(model).loss(single, new Map());
    expect(own).toBeGreaterThan(0);
    expect(own).toBe(evaluated(model, single, 'meanSquaredError', 4));
    expect(await tfjs(model).loss([], new Map())).toBe(0);
    model.optimizer.dispose();
    disposeWeights(model);
  });

  test('is that of evaluate for labels of any shape, one for each of several outputs', async () => {
    for (const given of [regression(), segmentation('categoricalCrossentropy'), autoencoder(), several()]) {
      const { model, batches, targets } = given;
      const port = tfjs(model);
      const [own, same] = [await port.loss(batches, new Map()), await evaluatedOn(given)];
      expect(own).toBe(same);
      const [first] = model.outputNames;
      const named =
        model.outputNames.length > 1
          ? []
          : batches.map(({ inputs, labels }) => ({ inputs, labels: { [first!]: labels } }));
      if (named.length > 0) expect(await port.loss(named as Batch[], new Map())).toBe(own);
      tf.dispose(targets);
      model.optimizer.dispose();
      disposeWeights(model);
    }
  });

  test('is that of the outputs that have a loss, and labels without a name are of the one that has', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { model, batches, targets } = several();
    const alone = tfLayers.model({ inputs: model.inputs, outputs: model.outputs[0]! });
    const loss = 'sparseCategoricalCrossentropy';
    const optimizer = tf.train.sgd(0.1);
    alone.compile({ optimizer, loss });
    model.optimizer.dispose();
    model.compile({ optimizer, loss: { kind: loss } });
    const kinds = (given: (kind: ArrayLike<number>) => Batch['labels']) =>
      batches.map(({ inputs, labels }) => ({
        inputs,
        labels: given((labels as Record<string, ArrayLike<number>>)['kind']!),
      })) as Batch[];
    const expected = await evaluatedOn({
      model: alone,
      batches,
      targets: targets.map(([kind]) => [kind!]),
    });
    for (const given of [kinds((kind) => kind), kinds((kind) => ({ kind })), batches])
      expect(await tfjs(model).loss(given, new Map())).toBe(expected);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('"box" is missing from loss dictionary'));
    warn.mockRestore();
    tf.dispose(targets);
    optimizer.dispose();
    disposeWeights(model);
  });

  test('is the same of maps of classes, of rows with 1 at the class, and for a loss that takes classes', async () => {
    const { model, batches, targets } = segmentation('categoricalCrossentropy');
    const sparse = segmentation('sparseCategoricalCrossentropy');
    const rows = batches.map(({ inputs, labels }) => ({ inputs, labels: oneHot(labels as LabelValues, 3) }));
    const own = await tfjs(model).loss(batches, new Map());
    expect(await tfjs(model).loss(rows, new Map())).toBe(own);
    expect(await tfjs(sparse.model).loss(sparse.batches, new Map())).toBe(own);
    tf.dispose([targets, sparse.targets]);
    for (const each of [model, sparse.model]) {
      each.optimizer.dispose();
      disposeWeights(each);
    }
  });

  test('is told of labels that fit no output, with what would', async () => {
    const { model, batches, targets } = several();
    const port = tfjs(model);
    const [first, second] = batches as [Batch, Batch];
    const { kind, box } = first.labels as Record<string, ArrayLike<number>>;
    const told = async (labels: unknown) => {
      const { inputs } = second;
      const given = labels === undefined ? { inputs } : { inputs, labels };
      const failure = port.loss([first, given as Batch], new Map()).then(
        () => 'accepted',
        (error: unknown) => error,
      );
      expect(await failure).toMatchObject({
        code: 'invalid-argument',
        where: expect.stringContaining('batch 2: labels') as string,
        remedy: expect.stringMatching(/./) as string,
      });
      return (await failure) as { where: string; expected: string; remedy: string };
    };
    expect((await told(undefined)).remedy).toContain('train without batches');
    expect((await told([0, 1])).remedy).toBe('Give labels: { "kind": …, "box": … }.');
    expect((await told({ kind })).expected).toBe('labels of each output that has a loss: kind, box');
    expect((await told({ kind, bax: box })).remedy).toBe('Did you mean box?');
    expect(await told({ kind, box: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } })).toMatchObject({
      where: "batch 2: labels of output 'box'",
      expected: "values of the shape [2, 4], the output's, or [2], of classes",
    });
    expect((await told({ kind, box: { shape: [2, 4], data: [1, 2] } })).expected).toContain('8 values');
    expect(
      (
        await told({
          kind,
          box: [
            [1, 2, 3, 4],
            [1, 2, 3, 4],
          ],
        })
      ).remedy,
    ).toContain('row-major');
    expect((await told({ kind, box: { shape: [2, 4], data: [1, 2, 3, NaN, 1, 2, 3, 4] } })).where).toContain(
      'at value 3',
    );
    const tensor = tf.zeros([2, 4]);
    expect((await told({ kind, box: tensor })).remedy).toContain('await x.data()');
    expect((await told('kind')).expected).toContain('a number for each sample');
    tf.dispose([tensor, targets]);
    model.optimizer.dispose();
    disposeWeights(model);
  });

  for (const [name, loss, classes] of losses)
    for (const kind of ['sequential', 'functional'] as const)
      test(`${name}, ${kind}: is that of evaluate bit for bit, with weights replaced and quantized too`, async () => {
        const model = compiled(kind, loss, classes);
        const port = tfjs(model);
        const batches = batchesOf(classes);
        const same = () => evaluated(model, batches, loss, classes);
        const own = await port.loss(batches, new Map());
        expect(own).toBe(same());
        const kernel = model.getLayer('last').getWeights()[0]!.dataSync<'float32'>().slice();
        const others = kernel.map((value) => 0.5 - value);
        const replaced = await port.loss(batches, new Map([['last/kernel', others]]));
        expect(await port.loss(batches, new Map())).toBe(own);
        port.assign(new Map([['last/kernel', others]]));
        expect(replaced).toBe(same());
        const options = {};
        const steps = { scale: Float32Array.of(0.2), offset: Float32Array.of(-0.7) };
        const schemeOf = () => ({ kind: 'affine', levels: 8, ...steps }) as const;
        port.simulate([
          {
            id: 'last/kernel',
            bits: 3,
            quantizer: grid,
            options,
            shape: [others.length],
            slicing: 'tensor',
            schemeOf,
          },
        ]);
        expect(await port.loss(batches, new Map())).toBe(same());
        port.release();
        model.optimizer.dispose();
        disposeWeights(model);
      });
});
