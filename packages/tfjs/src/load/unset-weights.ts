import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** That a model was built whose weights could not be set. */
export class UnsetWeights extends Error {
  /** @param given The weights of the file, by name. They and those of the model are disposed; their names and shapes are still known. */
  constructor(
    readonly model: LayersModel,
    readonly given: Readonly<Record<string, Tensor>>,
    cause: unknown,
  ) {
    super('weights are not set', { cause });
  }
}
