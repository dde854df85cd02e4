import type { Batch, ModelPort, WeightDescriptor } from '@lowbit/core';
import type { GroupInputs } from '@lowbit/core/adapter';
import { keras } from '@lowbit/keras';
import { onnx } from '@lowbit/onnx';
import { kerasModel, runner } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfLayers from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web';
import { beforeAll, expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';

beforeAll(() => tf.setBackend('cpu'));

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i));

const data: readonly Batch[] = [4, 3].map((count) => ({
  inputs: { x: { shape: [count, 6], data: numbers(6 * count, count) } },
}));

/** Products whose weights stand alike in both. */
function chain(): tfLayers.LayersModel {
  const start = tfLayers.input({ shape: [6], name: 'x' });
  const value = [9, 7, 5].reduce<tfLayers.SymbolicTensor>(
    (before, units, i) =>
      tfLayers.layers
        .dense({ name: `d${i}`, units, activation: 'relu' })
        .apply(before) as tfLayers.SymbolicTensor,
    start,
  );
  return tfLayers.model({ inputs: start, outputs: value });
}

/** What each weight sees after those before have other values, and their biases take off something. */
async function seenIn(port: ModelPort<unknown>, batches: readonly Batch[]) {
  const layers = await port.layers();
  const weights = layers.flatMap(({ weights: own }): readonly WeightDescriptor[] => own);
  const ids = weights.map(({ id }) => id);
  const capture = await port.captureInputs!(batches, { weights: ids, biases: ids });
  const seen: GroupInputs[] = [];
  for (const [at, { id, shape }] of weights.entries()) {
    seen.push(...(await capture.inputs([id])).inputs.get(id)!.groups);
    capture.set(id, numbers(shape[0]! * shape[1]!, at), numbers(shape[1]!, 20 + at));
  }
  await capture.close();
  return seen;
}

it('weights that are rounded one after the other see the same in TensorFlow.js as in ONNX', async () => {
  const model = await kerasModel(chain());
  const { bytes } = await toOnnx(model);
  const port = keras(model, { runner });
  const own = await seenIn(port, data);
  port.close();
  const twin = await seenIn(onnx(bytes, { ort }), data);
  expect(own).toHaveLength(3);
  own.forEach(({ seen, heldOut }, i) => {
    for (const [a, b] of [
      [seen, twin[i]!.seen],
      [heldOut!, twin[i]!.heldOut!],
    ] as const) {
      expect(a.count).toBe(b.count);
      // Sums of float32 products in another order.
      a.products.forEach((value, k) =>
        expect(value / Math.max(1, Math.abs(b.products[k]!))).toBeCloseTo(
          b.products[k]! / Math.max(1, Math.abs(b.products[k]!)),
          4,
        ),
      );
    }
  });
});
