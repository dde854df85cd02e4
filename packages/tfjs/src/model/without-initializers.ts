import * as tfLayers from '@tensorflow/tfjs-layers';
import { layerPrototype } from './internals.js';

/**
 * Builds layers whose weights are zeros, since they are set right after. TensorFlow.js' own way of loading does so for some layers
 * and not for those in wrappers, cells and nested models: an orthogonal initializer, the default of recurrent layers, then takes
 * minutes for large ones and fails where only the core of TensorFlow.js is installed. What a layer's configuration says stays.
 *
 * `build` must be synchronous, so that no layer of anybody else is made meanwhile.
 */
export function withoutInitializers<R>(build: () => R): R {
  const prototype = layerPrototype();
  const own = prototype.addWeight;
  const zeros = tfLayers.initializers.zeros();
  prototype.addWeight = function (name, shape, ...[dtype, , ...others]) {
    return own.call(this, name, shape, dtype, zeros, ...others);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = own;
  }
}
