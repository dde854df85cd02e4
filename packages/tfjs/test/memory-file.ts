import * as tf from '@tensorflow/tfjs-core';

/** A file in memory, as TensorFlow.js itself would find it on a disk. */
export function memoryFile() {
  let saved: tf.io.ModelArtifacts = {};
  return {
    save: async (artifacts: tf.io.ModelArtifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    },
    load: async () => saved,
  };
}
