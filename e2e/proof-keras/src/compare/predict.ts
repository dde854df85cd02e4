import type { KerasModel } from '@lowbit/keras';
import { toLayersModel } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { valuesOf, type Packed } from '../files/golden.js';

/** What a model gives for the inputs, by its outputs in their order, computed in TensorFlow.js. */
export async function predict(
  model: KerasModel,
  inputs: readonly Packed[],
): Promise<readonly Float32Array[]> {
  const layers = await toLayersModel(model);
  const tensors = inputs.map((each) => tf.tensor(valuesOf(each), [...each.shape], each.type));
  try {
    const results = [layers.predict(tensors)].flat();
    const values = await Promise.all(results.map(async (each) => Float32Array.from(await each.data())));
    results.forEach((each) => each.dispose());
    return values;
  } finally {
    tensors.forEach((each) => each.dispose());
    layers.dispose();
  }
}
