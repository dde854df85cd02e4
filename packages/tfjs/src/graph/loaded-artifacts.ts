import type { io } from '@tensorflow/tfjs-core';

const known = new WeakMap<object, io.ModelArtifacts>();

/** The artifacts with packed weights that a running graph was made of; `undefined` for other models. */
export function packedArtifacts(model: object): io.ModelArtifacts | undefined {
  return known.get(model);
}

/** Remembers them as long as the model lives. */
export function rememberArtifacts(model: object, artifacts: io.ModelArtifacts): void {
  known.set(model, artifacts);
}
