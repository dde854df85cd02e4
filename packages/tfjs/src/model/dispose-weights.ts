import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * Disposes every weight of a model. `model.dispose()` of TensorFlow.js 4.22 keeps the weights of layers that are
 * applied more than once, and of a `Sequential` inside a `Sequential`.
 */
export function disposeWeights(model: LayersModel): void {
  new Set(model.weights).forEach((weight) => weight.dispose());
}
