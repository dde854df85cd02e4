import type { Batch, WeightDescriptor } from '@lowbit/core';
import type { GroupInputs, InputMoments } from '@lowbit/core/adapter';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  crossSharedModel,
  imageModel,
  sequenceModel,
  sharedModel,
  smallSequential,
  withSeededWeights,
} from '../../../test/models.js';
import { surveyModel } from '../../model/survey.js';
import { tensorOf, setValues } from '../../model/variable-values.js';
import { tfjs } from '../../tfjs.js';

beforeAll(() => tf.setBackend('cpu'));

const { layers } = tfLayers;

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i));

const sizeOf = (shape: readonly number[]) => tf.util.sizeFromShape([...shape]);

/** Several batches, of different sizes. */
function batchesOf(model: tfLayers.LayersModel): readonly Batch[] {
  const isTable = model.layers[0]!.getClassName() === 'Embedding';
  return [2, 1, 3].map((count, seed) => ({
    inputs: Object.fromEntries(
      model.inputs.map((input, i) => {
        const shape = [count, ...(input.shape.slice(1) as number[])];
        const data = numbers(sizeOf(shape), 10 * seed + i);
        return [
          model.inputNames[i]!,
          { shape, data: isTable ? data.map((x) => Math.floor(3 * (x + 1))) : data },
        ] as const;
      }),
    ),
  }));
}

const weightsOf = (described: readonly { readonly weights: readonly WeightDescriptor[] }[]) => [
  ...new Map(described.flatMap(({ weights }) => weights).map((weight) => [weight.id, weight])).values(),
];

function expectSame(actual: readonly GroupInputs[], expected: readonly GroupInputs[]): void {
  const close = (a: InputMoments, b: InputMoments) => {
    expect(a.count).toBe(b.count);
    // Sums of float32 products in another order.
    b.products.forEach((value, i) => expect(a.products[i]).toBeCloseTo(value, 3));
    b.sums.forEach((value, i) => expect(a.sums[i]).toBeCloseTo(value, 3));
  };
  expect(actual).toHaveLength(expected.length);
  expected.forEach((group, i) => {
    close(actual[i]!.seen, group.seen);
    expect(actual[i]!.heldOut === undefined).toBe(group.heldOut === undefined);
    if (group.heldOut !== undefined) close(actual[i]!.heldOut!, group.heldOut);
  });
}

/** Counts the operations that are computed while something runs. */
async function counting(run: () => Promise<unknown>): Promise<number> {
  const engine = tf.engine() as unknown as { runKernelFunc: (...given: unknown[]) => unknown };
  const own = engine.runKernelFunc.bind(engine);
  let count = 0;
  engine.runKernelFunc = (...given) => {
    if (/Conv|MatMul/.test((given[0] as { kernelName: string }).kernelName)) count++;
    return own(...given);
  };
  try {
    await run();
  } finally {
    delete (engine as Partial<typeof engine>).runKernelFunc;
  }
  return count;
}

const makers: readonly (readonly [string, () => tfLayers.LayersModel])[] = [
  ['a chain', smallSequential],
  ['convolutions of all kinds', imageModel],
  ['layers and models that are shared', sharedModel],
  ['a layer that two models share', crossSharedModel],
  ['a table, recurrent layers, and a layer in time', sequenceModel],
];

test.each(makers)('of %s, each weight sees the network as it is when it is asked for', async (_, make) => {
  const model = make();
  const batches = batchesOf(model);
  const before = model.getWeights().map((tensor) => tensor.dataSync<'float32'>().slice());
  const tensors = tf.memory().numTensors;
  const port = tfjs(model);
  const weights = weightsOf(await port.layers());
  const capture = await port.captureInputs(batches, { weights: weights.map(({ id }) => id) });
  const other = make();
  const otherPort = tfjs(other);
  const variables = new Map(
    surveyModel(other).flatMap((entry) => entry.variables.map(({ id, variable }) => [id, variable] as const)),
  );
  for (const [at, { id, shape }] of weights.entries()) {
    const expected = await otherPort.observeInputs(batches, { weights: [id] });
    const seen = await capture.inputs([id]);
    expect(seen.unknown).toEqual(expected.unknown);
    for (const [of, { groups }] of expected.inputs) expectSame(seen.inputs.get(of)!.groups, groups);
    const values = numbers(sizeOf(shape), 30 + at);
    capture.set(id, values);
    setValues(tensorOf(variables.get(id)!), values);
  }
  await capture.close();
  model.getWeights().forEach((tensor, i) => expect(tensor.dataSync()).toEqual(before[i]));
  tf.dispose(other.getWeights());
  expect(tf.memory().numTensors).toBeLessThanOrEqual(tensors);
});

describe('a chain', () => {
  const chain = (count: number) =>
    withSeededWeights(
      tfLayers.sequential({
        layers: Array.from({ length: count }, (_, i) =>
          layers.dense({ name: `l${i}`, units: 3, activation: 'relu', ...(i === 0 && { inputShape: [3] }) }),
        ),
      }),
    );

  test('is run once as a whole, and each part of it twice', async () => {
    const model = chain(8);
    const port = tfjs(model);
    const weights = weightsOf(await port.layers());
    const [batch] = batchesOf(model);
    const count = await counting(async () => {
      const capture = await port.captureInputs([batch!], { weights: weights.map(({ id }) => id) });
      for (const { id } of weights) {
        await capture.inputs([id]);
        capture.set(id, numbers(9, 1));
      }
      await capture.close();
    });
    expect(count).toBe(8 + 2 * 8 - 1);
  });

  test('has biases that take off something, also in front of an activation', async () => {
    const [model, other] = [chain(4), chain(4)];
    const batches = batchesOf(model);
    const port = tfjs(model);
    const weights = weightsOf(await port.layers());
    const ids = weights.map(({ id }) => id);
    const capture = await port.captureInputs(batches, { weights: ids, biases: ids });
    for (const [at, { id }] of weights.entries()) {
      const expected = await tfjs(other).observeInputs(batches, { weights: [id] });
      expectSame((await capture.inputs([id])).inputs.get(id)!.groups, expected.inputs.get(id)!.groups);
      const [values, shift] = [numbers(9, at), numbers(3, 50 + at)];
      capture.set(id, values, shift);
      const [kernel, bias] = other.layers[at]!.weights;
      setValues(tensorOf(kernel!), values);
      const less = tensorOf(bias!)
        .dataSync<'float32'>()
        .map((value, i) => value - shift[i]!);
      setValues(tensorOf(bias!), less);
    }
    await capture.close();
  });
});

test('what is taken off stands as channels do: of convolutions, of those of each channel, and of transposed ones', async () => {
  const make = (bias: boolean) =>
    withSeededWeights(
      tfLayers.sequential({
        layers: [
          layers.conv2d({ name: 'a', filters: 4, kernelSize: 3, inputShape: [7, 7, 3], useBias: bias }),
          layers.depthwiseConv2d({ name: 'b', kernelSize: 2, depthMultiplier: 2, useBias: bias }),
          layers.conv2dTranspose({ name: 'c', filters: 3, kernelSize: 2, useBias: bias }),
          layers.conv2d({ name: 'd', filters: 2, kernelSize: 2, useBias: bias, activation: 'relu' }),
          layers.flatten({}),
          layers.dense({ name: 'e', units: 2, useBias: bias }),
        ],
      }),
    );
  // Those without biases are shifted in what they give; the others have the shift in their biases.
  const [model, other] = [make(false), make(true)];
  const batches = batchesOf(model);
  const port = tfjs(model);
  const weights = weightsOf(await port.layers());
  const ids = weights.map(({ id }) => id);
  const capture = await port.captureInputs(batches, { weights: ids, biases: ids });
  const named = new Map(other.layers.map((layer) => [layer.name, layer]));
  for (const layer of model.layers) {
    const twin = named.get(layer.name);
    if (layer.weights.length > 0)
      twin!.setWeights([...layer.getWeights(), tf.zeros(twin!.weights[1]!.shape as number[])]);
  }
  for (const [at, { id, shape }] of weights.entries()) {
    const expected = await tfjs(other).observeInputs(batches, { weights: [id] });
    expectSame((await capture.inputs([id])).inputs.get(id)!.groups, expected.inputs.get(id)!.groups);
    const [kernel, bias] = named.get(id.split('/')[0]!)!.weights;
    const [values, shift] = [numbers(sizeOf(shape), at), numbers(bias!.shape[0] as number, 50 + at)];
    capture.set(id, values, shift);
    setValues(tensorOf(kernel!), values);
    setValues(
      tensorOf(bias!),
      shift.map((one) => -one),
    );
  }
  await capture.close();
});

test('no batches, batches that do not fit, weights that there are not, and a signal', async () => {
  const port = tfjs(smallSequential());
  const [{ id }] = weightsOf(await port.layers()) as [WeightDescriptor];
  const batches = batchesOf(smallSequential());
  const captured = (given: readonly Batch[], more = {}) =>
    port.captureInputs(given, { weights: [id], ...more });
  await expect(captured([])).rejects.toMatchObject({ code: 'calibration-invalid' });
  await expect(captured([{ inputs: {} }])).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(captured(batches, { weights: ['none'] })).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(captured(batches, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
});
