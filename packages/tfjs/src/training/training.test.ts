import {
  decode,
  encode,
  loadCheckpoint,
  quantize,
  seededRandom,
  storeCheckpoint,
  train,
  type Batch,
  type Quantizer,
  type Recipe,
  type Report,
  type Schedule,
  type Slicing,
  type TrainingCheckpoint,
} from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { withSeededWeights } from '../../test/models.js';
import { grid } from '../../test/quantizers.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { tfjs } from '../tfjs.js';
import { matrixForm } from './matrix-form.js';

const { layers } = tfLayers;
const random = seededRandom(9);
const numbers = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);

function denseModel(): tfLayers.Sequential {
  return withSeededWeights(
    tfLayers.sequential({
      layers: [
        layers.dense({ name: 'hidden', units: 8, inputShape: [6], activation: 'relu' }),
        layers.batchNormalization({ name: 'norm' }),
        layers.dropout({ name: 'drop', rate: 0.5 }),
        layers.dense({ name: 'out', units: 3, activation: 'softmax' }),
      ],
    }),
  );
}

function batch(size = 16): Batch {
  return {
    inputs: { x: { shape: [size, 6], data: numbers(6 * size) } },
    labels: Array.from({ length: size }, (_, i) => i % 3),
  };
}

async function fit(model: tfLayers.LayersModel, { inputs, labels }: Batch, epochs = 3) {
  const { shape, data } = Object.values(inputs)[0]!;
  const xs = tf.tensor(Float32Array.from(data), [...shape]);
  const ys = tf.tidy(() =>
    tf.cast(tf.oneHot(tf.tensor1d(Array.from(labels as readonly number[]), 'int32'), 3), 'float32'),
  );
  await model.fit(xs, ys, { epochs, batchSize: 8, shuffle: false, verbose: 0 });
  tf.dispose([xs, ys]);
}

const valuesOf = (model: tfLayers.LayersModel, name: string) =>
  model.getLayer(name).weights[0]!.read().dataSync<'float32'>().slice();

const halves: Schedule = {
  kind: 'schedule',
  api: 2,
  name: 'halves',
  next: ({ finished, weights }) =>
    finished === 2
      ? null
      : {
          name: `half ${finished + 1}`,
          hold: new Map(
            weights.map(({ id, values }) => [
              id,
              Uint8Array.from(values, (_, i) => (finished === 1 || i % 2 === 0 ? 1 : 0)),
            ]),
          ),
        },
};

/** An affine grid from 0 to half of what was seen. */
const halfRange: Quantizer = {
  ...grid,
  name: 'half-range',
  roles: ['activation'],
  bits: { activation: [4] },
  fit: (_, { ranges }) => ({ kind: 'affine', levels: 16, scale: Math.fround(ranges!.max / 30), offset: 0 }),
};

const recipe: Recipe = { weights: grid, bits: 3, schedule: halves };

/** The momentum optimizer of TensorFlow.js keeps its learning rate when it is disposed. */
function disposeOptimizer(optimizer: tf.Optimizer) {
  optimizer.dispose();
  const { c } = optimizer as unknown as { c?: tf.Tensor };
  c?.dispose();
}

onEveryBackend('training', (test) => {
  const optimizers = {
    'SGD with momentum': () => tf.train.momentum(0.05, 0.9),
    Adam: () => tf.train.adam(0.01),
    RMSProp: () => tf.train.rmsprop(0.01),
  };
  for (const [name, make] of Object.entries(optimizers)) {
    test(`frozen weights are equal bit for bit under ${name}, the others train`, async () => {
      const model = denseModel();
      const optimizer = make();
      model.compile({ optimizer, loss: 'categoricalCrossentropy' });
      const run = train(tfjs(model), recipe, { batches: [batch()] });
      for await (const { number } of run) {
        const before = valuesOf(model, 'hidden');
        await fit(model, batch());
        const moved = valuesOf(model, 'hidden').map((value, i) => (value !== before[i] ? 1 : 0));
        const mayMove = moved.map((one, i) => (number === 0 && i % 2 === 1 ? 0 : one));
        expect(mayMove.some((one) => one === 1)).toBe(false);
        expect(moved.filter((one) => one === 1).length > 12).toBe(number === 0);
      }
      const { model: small, rounds } = await run.result;
      expect(valuesOf(small, 'hidden')).toEqual(valuesOf(model, 'hidden'));
      expect(rounds.map((round) => round.frozen)).toEqual([0.5, 1]);
      expect(rounds.every((round) => Number.isFinite(round.loss) && Number.isFinite(round.trainedLoss))).toBe(
        true,
      );
      disposeOptimizer(optimizer);
      disposeWeights(model);
      disposeWeights(small);
    });
  }

  test('weight decay does not move frozen weights either', async () => {
    const model = withSeededWeights(
      tfLayers.sequential({
        layers: [
          layers.dense({
            name: 'hidden',
            units: 3,
            inputShape: [6],
            activation: 'softmax',
            kernelRegularizer: tfLayers.regularizers.l2({ l2: 0.1 }),
            kernelConstraint: tfLayers.constraints.maxNorm({ maxValue: 0.2 }),
          }),
        ],
      }),
    );
    const optimizer = tf.train.momentum(0.05, 0.9);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const everything: Schedule = {
      ...halves,
      next: ({ finished, weights }) =>
        finished > 0
          ? null
          : {
              name: 'all',
              hold: new Map(weights.map(({ id, values }) => [id, new Uint8Array(values.length).fill(1)])),
            },
    };
    const run = train(tfjs(model), { ...recipe, schedule: everything });
    for await (const { frozen } of run) {
      expect(frozen).toBe(1);
      const before = valuesOf(model, 'hidden');
      await fit(model, batch(), 5);
      expect(valuesOf(model, 'hidden')).toEqual(before);
    }
    disposeOptimizer(optimizer);
    disposeWeights(model);
    disposeWeights((await run.result).model);
  });

  test('leaving early gives the model back as it was, and nothing stays behind', async () => {
    const model = denseModel();
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const before = tf.tidy(() => model.getWeights().map((weight) => weight.dataSync<'float32'>().slice()));
    const tensors = tf.memory().numTensors;
    const run = train(tfjs(model), { weights: grid, bits: 3 });
    for await (const { name } of run) {
      expect(name).toBe('training');
      await fit(model, batch());
      break;
    }
    expect(model.getWeights().map((weight) => weight.dataSync<'float32'>().slice())).toEqual(before);
    expect(Object.hasOwn(model.layers[0]!, 'call')).toBe(false);
    await expect(run.result).rejects.toMatchObject({ code: 'aborted' });
    expect(tf.memory().numTensors).toBe(tensors);
    disposeOptimizer(optimizer);
    disposeWeights(model);
  });

  test('without a schedule the forward pass uses quantized weights, and latent weights train', async () => {
    const model = denseModel();
    const optimizer = tf.train.sgd(0.5);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const run = train(
      tfjs(model),
      { weights: grid, bits: 2, granularity: 'tensor' },
      { batches: [batch(), batch()] },
    );
    for await (const { frozen } of run) {
      expect(frozen).toBe(0);
      const first = valuesOf(model, 'hidden');
      await fit(model, batch());
      const latent = valuesOf(model, 'hidden');
      expect(latent).not.toEqual(first);
      expect(new Set(latent).size).toBeGreaterThan(30);
    }
    const { model: small } = await run.result;
    const quantized = valuesOf(small, 'hidden');
    expect(new Set(quantized).size).toBeLessThanOrEqual(4);
    const context = { role: 'weight', bits: 2, options: {}, random } as const;
    const expected = encode(valuesOf(model, 'hidden'), [6, 8], 'tensor', {
      bits: 2,
      fit: (values) => grid.fit(values, context),
    });
    expect(quantized).toEqual(decode(expected));
    disposeOptimizer(optimizer);
    disposeWeights(model);
    disposeWeights(small);
  });

  test('the gradient reaches the latent weight by the backward of the quantizer', async () => {
    const passing: number[] = [];
    const watched: Quantizer = {
      ...grid,
      backward: (ops, _x, dy) => {
        passing.push(1);
        return { x: ops.mul(dy, ops.constant(0)) };
      },
    };
    const model = denseModel();
    const optimizer = tf.train.sgd(0.5);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const run = train(tfjs(model), { weights: watched, bits: 3 });
    for await (const { number } of run) {
      const before = valuesOf(model, 'hidden');
      await fit(model, batch(), 1);
      expect(valuesOf(model, 'hidden')).toEqual(before);
      expect(number).toBe(0);
    }
    expect(passing.length).toBeGreaterThan(0);
    disposeOptimizer(optimizer);
    disposeWeights(model);
    disposeWeights((await run.result).model);
  });

  const slicings: Slicing[] = [
    'tensor',
    { axes: [2] },
    { axes: [0, 1] },
    { along: 1, group: 2 },
    { along: 1, group: 4 },
    { along: 1, group: 7 },
    { along: 1, group: 9 },
    { along: 0, group: 1 },
  ];
  for (const slicing of slicings) {
    test(`a tensor becomes matrices and is put together again: ${JSON.stringify(slicing)}`, () => {
      tf.tidy(() => {
        const x = tf.tensor(numbers(3 * 7 * 2), [3, 7, 2]);
        const { blocks, join } = matrixForm([3, 7, 2], slicing);
        const again = join(blocks.map((block) => block.fromMatrix(block.toMatrix(x))));
        expect(again.dataSync()).toEqual(x.dataSync());
        expect(again.shape).toEqual(x.shape);
        const slices = blocks.flatMap((block) => block.slices);
        expect(new Set(slices).size).toBe(slices.length);
        blocks.forEach((block) => expect(block.toMatrix(x).shape[0]).toBe(block.slices.length));
      });
    });
  }

  test('the statistics of batch normalization are estimated anew', async () => {
    const model = denseModel();
    const port = tfjs(model);
    const batches = [batch(32), batch(32)];
    await port.updateNormalization(batches);
    const all = tf.tidy(() => {
      const hidden = model.getLayer('hidden');
      return batches.map(({ inputs }) => {
        const { shape, data } = Object.values(inputs)[0]!;
        const out = hidden.apply(tf.tensor(Float32Array.from(data), [...shape])) as tf.Tensor;
        return tf.mean(out, 0).dataSync<'float32'>().slice();
      });
    });
    const moving = model.getLayer('norm').getWeights()[2]!.dataSync();
    moving.forEach((value, i) => expect(value).toBeCloseTo((all[0]![i]! + all[1]![i]!) / 2, 5));
    disposeWeights(model);
  });

  test('a loss of several outputs needs labels of each, which is told whoever asks for it, and leaves nothing', async () => {
    const x = tfLayers.input({ shape: [6], name: 'x' });
    const outputs = ['a', 'b'].map(
      (name) => layers.dense({ name, units: 3 }).apply(x) as tfLayers.SymbolicTensor,
    );
    const model = withSeededWeights(tfLayers.model({ inputs: x, outputs }));
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: ['meanSquaredError', 'meanSquaredError'] });
    const run = train(tfjs(model), { weights: grid, bits: 3 }, { batches: [batch()] });
    await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'invalid-argument',
      where: 'batch 1: labels',
      remedy: 'Give labels: { "a": …, "b": … }.',
    });
    disposeOptimizer(optimizer);
    disposeWeights(model);
  });

  test('a checkpoint of layers with other names is refused, and how to name them', async () => {
    const model = denseModel();
    const port = tfjs(model);
    expect(() => port.assign(new Map([['dense_7/kernel', numbers(48)]]))).toThrow(
      expect.objectContaining({
        code: 'plan-mismatch',
        where: 'dense_7/kernel',
        received: 'a model with hidden/kernel, hidden/bias, norm/gamma …',
        remedy: expect.stringContaining('Give layers names of your own') as string,
      }),
    );
    disposeWeights(model);
  });

  test('a round that was left goes on in the same model loaded anew, and in no other one', async () => {
    const data = batch();
    const recipe = { weights: grid, bits: 3 } as const;
    const make = () =>
      withSeededWeights(
        tfLayers.sequential({
          layers: [
            layers.dense({ name: 'hidden', units: 8, inputShape: [6], activation: 'relu' }),
            layers.dense({ name: 'out', units: 3, activation: 'softmax' }),
          ],
        }),
      );
    const [model, again, other] = [make(), make(), make()];
    const optimizer = tf.train.sgd(0.1);
    for (const each of [model, again, other]) each.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const run = train(tfjs(model), recipe);
    let resume: TrainingCheckpoint | undefined;
    for await (const { number } of run) {
      await fit(model, data, 1);
      const { document, data: bytes } = storeCheckpoint(await run.checkpoint());
      resume = loadCheckpoint(JSON.parse(JSON.stringify(document)), bytes, `round ${number}`);
      await fit(model, data, 1);
    }
    const resumed = train(tfjs(again), recipe, { resume: resume! });
    const turns: string[] = [];
    for await (const { name } of resumed) {
      turns.push(name);
      await fit(again, data, 1);
    }
    expect(turns).toEqual(['training']);
    const [small, smallAgain] = [(await run.result).model, (await resumed.result).model];
    expect(valuesOf(smallAgain, 'hidden')).toEqual(valuesOf(small, 'hidden'));
    const before = valuesOf(other, 'hidden');
    const foreign = { ...resume!, variables: new Map([...resume!.variables].slice(1)) };
    for (const [given, now] of [
      [foreign, recipe],
      [resume!, { ...recipe, bits: 4 }],
    ] as const) {
      const refused = train(tfjs(other), now, { resume: given });
      await expect(refused[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'checkpoint-invalid',
      });
    }
    expect(valuesOf(other, 'hidden')).toEqual(before);
    disposeOptimizer(optimizer);
    for (const each of [model, again, other, small, smallAgain]) disposeWeights(each);
  });

  test('groups whose last one is short are simulated as they are stored', async () => {
    const model = denseModel();
    const grouped = { weights: grid, bits: 3, granularity: 'group:4' } as const;
    const { model: stored } = await quantize(tfjs(model), grouped);
    const x = tf.tensor(numbers(18), [3, 6]);
    const valuesFor = (each: tfLayers.LayersModel) =>
      tf.tidy(() => (each.predict(x) as tf.Tensor).dataSync<'float32'>().slice());
    for await (const { number } of train(tfjs(model), grouped)) {
      expect(number).toBe(0);
      expect(valuesFor(model)).toEqual(valuesFor(stored));
      break;
    }
    x.dispose();
    for (const each of [model, stored]) disposeWeights(each);
  });

  test('a run with data that goes on in the model of before has the grids of before', async () => {
    const [model, again, moved] = [denseModel(), denseModel(), denseModel()];
    const given = batch();
    const recipe = {
      weights: grid,
      bits: 3,
      activations: halfRange,
      activationBits: 4,
      data: [given],
    } as const;
    const optimizer = tf.train.sgd(0.1);
    for (const each of [model, again, moved]) each.compile({ optimizer, loss: 'categoricalCrossentropy' });
    await fit(moved, given, 3);
    const run = train(tfjs(model), recipe);
    let resume: TrainingCheckpoint | undefined;
    for await (const { number } of run) {
      await fit(model, given, 1 + number);
      resume = await run.checkpoint();
    }
    const { report, model: small } = await run.result;
    // TensorFlow.js numbers the tensors of each model anew.
    const told = ({ activations = [] }: Report) => activations.map((row) => ({ ...row, tensor: '' }));
    const rangesOf = async (start: tfLayers.LayersModel) => {
      const resumed = train(tfjs(start), recipe, { resume: resume! });
      for await (const { number } of resumed) expect(number).toBe(0);
      const result = await resumed.result;
      disposeWeights(result.model);
      return told(result.report);
    };
    expect(await rangesOf(again)).toEqual(told(report));
    expect(await rangesOf(moved)).not.toEqual(told(report));
    disposeOptimizer(optimizer);
    for (const each of [model, again, moved, small]) disposeWeights(each);
  });

  const nowhere: Quantizer['backward'] = (ops, x, dy) => ({ x: ops.div(dy, ops.sub(x, x)) });
  const cases: [
    string,
    Recipe,
    { readonly code: string; readonly remedy?: unknown; readonly where?: string },
  ][] = [
    [
      'of weights',
      { weights: { ...grid, backward: nowhere }, bits: 3 },
      { code: 'plugin-failed', where: "quantizer 'grid': backward" },
    ],
    [
      'of weights that are fitted in the forward pass',
      {
        weights: { ...grid, fitsInForward: true, forward: (_, x) => x, backward: nowhere },
        bits: 3,
      },
      { code: 'plugin-failed', where: "quantizer 'grid': backward" },
    ],
    [
      'of activations',
      {
        weights: grid,
        bits: 3,
        activations: { ...halfRange, backward: nowhere },
        activationBits: 4,
        data: [batch()],
      },
      { code: 'plugin-failed', where: "quantizer 'half-range': backward" },
    ],
    [
      'of nobody: the training diverges',
      { weights: grid, bits: 3 },
      { code: 'non-finite', remedy: expect.stringContaining('smaller learning rate') as string },
    ],
  ];
  for (const [title, recipe, problem] of cases)
    test(`a gradient that is not finite names what made it: ${title}`, async () => {
      const model = denseModel();
      const rate = problem.code === 'non-finite' ? Infinity : 0.1;
      const optimizer = tf.train.sgd(rate);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const untrained = valuesOf(model, 'hidden');
      const steps = async () => {
        const run = train(tfjs(model), recipe);
        for await (const { number } of run) await fit(model, batch(8), 1 + number);
        return await run.result;
      };
      await expect(steps()).rejects.toMatchObject(problem);
      expect(valuesOf(model, 'hidden')).toEqual(untrained);
      disposeOptimizer(optimizer);
      disposeWeights(model);
    });
});
