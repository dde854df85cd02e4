import { load, save } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A model that was saved with packed weights and loaded again. */
export interface Reloaded {
  readonly model: LayersModel;
  /** Bytes of the weights in the file, and as float32. */
  readonly bytes: number;
  readonly floatBytes: number;
}

export async function reloaded(model: LayersModel): Promise<Reloaded> {
  let saved: tf.io.ModelArtifacts = {};
  const saving = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  });
  const { bytes, floatBytes } = await save(model, saving);
  return { model: await load({ load: async () => saved }), bytes, floatBytes };
}
