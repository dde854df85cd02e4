import { quantize, type ModelPort, type QuantizedTensor, type Recipe, type Scheme } from '@lowbit/core';
import { sliceLayout } from '@lowbit/core/adapter';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { onnx } from '@lowbit/onnx';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';
import { kerasCases } from '../../keras/test/cases.js';
import { ownCases } from './support.js';

const sequences = await kerasCases('keras3-sequences');
const cases = new Map([...(await kerasCases('keras3')), ...sequences, ...ownCases]);

beforeAll(() => tf.setBackend('cpu'));

/** Where the values of a kernel stand in ONNX, said with the operations of TensorFlow.js. */
type Move = (kernel: tf.Tensor) => tf.Tensor;

const stay: Move = (kernel) => kernel;
/** `[…window, a, b]` to `[b, a, …window]`: also of transposed convolutions. */
const channelsFirst: Move = (kernel) => {
  const window = kernel.shape.slice(2).map((_, i) => i);
  return tf.transpose(kernel, [kernel.rank - 1, kernel.rank - 2, ...window]);
};
/** `[…window, channels, multiplier]` to `[channels · multiplier, 1, …window]`. */
const depthwise: Move = (kernel) => {
  const window = kernel.shape.slice(2).map((_, i) => i);
  return tf.transpose(kernel, [kernel.rank - 2, kernel.rank - 1, ...window]);
};
/** `[in, gates · units]` to `[1, gates · units, in]`, with the gates in another order. */
const gates =
  (...order: readonly number[]): Move =>
  (kernel) => {
    const parts = tf.split(kernel, order.length, 1);
    return tf.transpose(
      tf.concat(
        order.map((gate) => parts[gate]!),
        1,
      ),
    );
  };
const lstm = gates(0, 3, 1, 2);
const gru = gates(0, 1, 2);

const models: readonly (readonly [string, readonly Move[]])[] = [
  ['dense', [stay, stay]],
  ['conv1d', [channelsFirst, channelsFirst]],
  ['conv2d', [channelsFirst, channelsFirst]],
  ['conv2d_grouped', [channelsFirst]],
  ['conv3d', [channelsFirst]],
  ['conv1d_transpose', [channelsFirst]],
  ['conv2d_transpose', [channelsFirst]],
  ['conv3d_transpose', [channelsFirst]],
  ['depthwise_conv1d', [depthwise]],
  ['depthwise_conv2d', [depthwise]],
  ['separable_conv1d', [depthwise, channelsFirst]],
  ['separable_conv2d', [depthwise, channelsFirst]],
  ['lstm', [lstm, lstm, lstm, lstm]],
  ['gru', [gru, gru, gru, gru]],
  ['gru_before', [gru, gru]],
  ['simplernn', [gates(0), gates(0), gates(0), gates(0)]],
  ['multi_head_attention', Array<Move>(8).fill(stay)],
  // Small tables stay float in ONNX: Embedding is here.
  ['large_text_3', [stay, lstm, lstm, gru, gru, gru, gru, stay]],
  ['large_pictures_3', [depthwise, depthwise, channelsFirst, channelsFirst, channelsFirst, stay]],
];

/** The tensors that a port is given to write, by the ids of the weights. */
async function quantized<Model>(
  port: ModelPort<Model>,
  recipe: Recipe,
): Promise<ReadonlyMap<string, QuantizedTensor>> {
  const tensors = new Map<string, QuantizedTensor>();
  const write: ModelPort<Model>['write'] = (outcome) => {
    const writer = port.write(outcome);
    return {
      add(id, tensor) {
        tensors.set(id, tensor);
        return writer.add(id, tensor);
      },
      finish: () => writer.finish(),
    };
  };
  await quantize({ ...port, write }, recipe);
  return tensors;
}

/** What decides which number a code stands for, a list for each parameter of a slice. */
function parametersOf(scheme: Scheme): readonly Float32Array[] {
  switch (scheme.kind) {
    case 'affine':
      return scheme.offset === undefined ? [scheme.scale] : [scheme.scale, scheme.offset];
    case 'codebook':
      // Levels that all slices share are those of the method itself.
      return [scheme.scale ?? scheme.values];
    case 'residual':
      return [scheme.scales];
  }
}

/** The parameters of every value, in the order of the values: those of its slice. */
function spread({ shape, slicing, scheme, codes }: QuantizedTensor): readonly Float32Array[] {
  const layout = sliceLayout(shape, slicing);
  return parametersOf(scheme).flatMap((list) => {
    const each = list.length / layout.count;
    return Array.from({ length: each }, (_, k) => {
      const own = new Float32Array(codes.length);
      for (let slice = 0; slice < layout.count; slice++)
        own.fill(list[slice * each + k]!, layout.start(slice), layout.end(slice));
      return layout.fromSliceMajor(own);
    });
  });
}

/** A list in the order of Keras, brought into that of ONNX. */
function moved(
  values: ArrayLike<number>,
  { shape }: QuantizedTensor,
  move: Move,
): Float32Array | Uint8Array | Int32Array {
  return tf.tidy(() => move(tf.tensor(Float32Array.from(values), [...shape])).dataSync());
}

/** How many float32 numbers further one is than the other, at most, of a list. */
function mostSteps(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const places = (list: ArrayLike<number>) => {
    const bits = new Int32Array(Float32Array.from(list).buffer);
    return bits.map((word) => (word < 0 ? -(word & 0x7fffffff) : word));
  };
  const [left, right] = [places(one), places(other)];
  return left.reduce((most, place, i) => Math.max(most, Math.abs(place - right[i]!)), 0);
}

/** A model read and the same as a file of ONNX, each once. */
const converted = new Map<string, Promise<{ readonly model: KerasModel; readonly bytes: Uint8Array }>>();

function convertedOf(name: string) {
  const known = converted.get(name) ?? convert(name);
  converted.set(name, known);
  return known;
}

async function convert(name: string) {
  const model = await readKeras(cases.get(name)!.get('model.keras')!);
  return { model, bytes: (await toOnnx(model)).bytes };
}

afterAll(async () => {
  for (const each of converted.values()) (await each).model.close();
});

/** Quantizes both and compares them. @param most How far apart parameters may be, by the measure given. */
async function compare(
  [name, moves]: (typeof models)[number],
  recipe: Recipe,
  distance: (one: ArrayLike<number>, other: ArrayLike<number>) => number,
  most: number,
): Promise<void> {
  const { model, bytes } = await convertedOf(name);
  const [own, theirs] = [await quantized(keras(model), recipe), await quantized(onnx(bytes), recipe)];
  expect([...theirs.keys()].sort()).toEqual([...own.keys()].sort());
  expect(own.size).toBe(moves.length);
  [...own].forEach(([id, tensor], i) => {
    const other = theirs.get(id)!;
    const where = `${id} by ${String(recipe.weights)}`;
    expect(Array.from(moved(tensor.codes, tensor, moves[i]!)), where).toEqual(Array.from(other.codes));
    const [mine, given] = [spread(tensor), spread(other)];
    expect(mine).toHaveLength(given.length);
    mine.forEach((list, k) =>
      expect(distance(moved(list, tensor, moves[i]!), given[k]!), where).toBeLessThanOrEqual(most),
    );
  });
}

/** Those that look at single values, and measure nothing that depends on the order of a sum. */
const withoutSums = ['min-max', 'absmax', 'mse', 'fixed-point'];

describe.each(['tensor', 'channel', 'group:2'] as const)('one grid for each %s', (granularity) => {
  it.each(models)('%s has the same codes in ONNX', async (...model) => {
    for (const weights of withoutSums)
      await compare(model, { registry, weights, bits: 4, granularity }, mostSteps, 1);
  });
});

/** Their kernels sum over several axes together, and groups go over the ends of the inner ones. */
const overAxes = [
  ['multi_head_attention', Array<Move>(8).fill(stay)],
  ['products', Array<Move>(4).fill(stay)],
] as const;

it.each(overAxes)('groups of %s have the same codes in ONNX', async (...model) => {
  for (const granularity of ['group:3', 'group:5', 'group:6'] as const)
    for (const weights of withoutSums)
      await compare(model, { registry, weights, bits: 4, granularity }, mostSteps, 1);
});

const withSums = registry
  .list()
  .flatMap((plugin) => (plugin.kind === 'quantizer' && plugin.roles.includes('weight') ? [plugin] : []))
  .filter(({ name }) => !withoutSums.includes(name));

it.each(withSums)('$name, whose sums have another order, has the same codes too', async ({ name, bits }) => {
  const recipe = { registry, weights: name, bits: bits.weight!.includes(4) ? 4 : bits.weight![0]! };
  const relative = (one: ArrayLike<number>, other: ArrayLike<number>) =>
    Math.max(
      ...Array.from(one, (value, i) => Math.abs(value - other[i]!) / Math.max(1e-30, Math.abs(value))),
    );
  // No value of these lies within float rounding of a threshold.
  for (const model of models.filter(([each]) => ['conv2d', 'lstm', 'separable_conv1d'].includes(each)))
    for (const granularity of ['tensor', 'channel'] as const)
      await compare(model, { ...recipe, granularity }, relative, 1e-6);
});
