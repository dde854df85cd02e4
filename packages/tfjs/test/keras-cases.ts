import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import { valuesOf, type StoredTensor } from '../../keras/test/cases.js';
import { save } from '../src/io/save-model.js';

export function tensorOf(stored: StoredTensor): tf.Tensor {
  return tf.tensor(valuesOf(stored), stored.shape, stored.type);
}

/** What a model is saved as. */
export async function savedArtifacts(model: LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  const keep = tf.io.withSaveHandler(async (given) => {
    artifacts = given;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await save(model, keep);
  return artifacts!;
}

/** A tensor of values that are no multiples of each other. */
export function uneven(shape: readonly number[]): tf.Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * i)),
    [...shape],
  );
}

/** How the slope of a loss along uneven directions of its variables differs from what its gradients tell. */
export function slopeDifferences(
  loss: () => tf.Scalar,
  variables: readonly tf.Variable[],
  step: number,
): readonly { readonly name: string; readonly difference: number; readonly scale: number }[] {
  const { grads } = tf.variableGrads(loss, [...variables]);
  return variables.map((variable) => {
    const start = tf.clone(variable);
    const direction = uneven(variable.shape);
    const at = (distance: number) => {
      variable.assign(tf.add(start, tf.mul(direction, distance)));
      return loss().dataSync<'float32'>()[0]!;
    };
    const slope = (at(step) - at(-step)) / (2 * step);
    variable.assign(start);
    const products = tf.mul(grads[variable.name]!, direction);
    const [told, scale] = [products, tf.abs(products)].map(
      (each) => tf.sum(each).dataSync<'float32'>()[0]!,
    ) as [number, number];
    return { name: variable.name, difference: Math.abs(told - slope), scale };
  });
}
