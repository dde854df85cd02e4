import type { layers } from '@tensorflow/tfjs-layers';

import { layerPrototype, type AddWeight } from '../model/internals.js';

/** Puts a name in front of the names of the weights that a layer makes, so that those of several layers in one differ. */
export function scopeWeights(layer: layers.Layer, scope: string): void {
  const addWeight: AddWeight = function (name, ...rest) {
    // Looked up when it is called: models are loaded with another method in its place.
    return layerPrototype().addWeight.call(this, `${scope}/${name}`, ...rest);
  };
  Object.assign(layer, { addWeight });
}
