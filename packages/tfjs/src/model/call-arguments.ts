import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { innerLayers } from './inner-layers.js';

type Layer = layers.Layer;

/** Layers that copy their arguments already. */
const changed = new WeakSet<Layer>();

/**
 * Gives each recurrent layer of the model, and of models in it, arguments of its own. A model that is called gives all of its layers one object of
 * arguments; in that TensorFlow.js leaves the initial states of one recurrent layer, with which the next one, or the same one at its second output,
 * refuses to run. What the layers compute stays the same.
 */
export function separateArguments(model: LayersModel): void {
  model.layers.forEach(separate);
}

function separate(layer: Layer): void {
  innerLayers(layer).forEach(separate);
  if (!isRecurrent(layer) || changed.has(layer)) return;
  const own = layer.apply.bind(layer);
  layer.apply = (inputs, options) => own(inputs, options && { ...options });
  changed.add(layer);
}

/** RNN and what is derived of it have a cell, Bidirectional has two layers. */
const isRecurrent = (layer: Layer): boolean => 'cell' in layer || 'forwardLayer' in layer;
