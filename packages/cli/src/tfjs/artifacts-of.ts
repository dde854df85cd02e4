import { joinBytes } from '@lowbit/keras';
import type { io } from '@tensorflow/tfjs-core';

import type { TfjsFile } from './read-model.js';

/** A model that was read, as TensorFlow.js takes it from a handler. */
export function artifactsOf({ json, weights }: TfjsFile): io.ModelArtifacts {
  const members = Object.entries(json).filter(([name]) => name !== 'weightsManifest');
  return {
    ...(Object.fromEntries(members) as unknown as io.ModelArtifacts),
    weightSpecs: weights.map(({ spec }) => spec) as unknown as io.WeightsManifestEntry[],
    weightData: joinBytes(weights.map(({ bytes }) => bytes)).buffer as ArrayBuffer,
  };
}
