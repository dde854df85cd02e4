import { keepsPixels, scalesPixelsItself } from '@lowbit/tfjs-format';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { modelOf } from '../model/internals.js';

type Layer = layers.Layer;

/**
 * The name of the layer that brings pixels of 0 to 255 into the range of a network: the first one behind this tensor, an input, that changes
 * values. With several users of the tensor, each of them has to come to such a layer. `undefined` where there is none.
 */
export function scaledBy(tensor: SymbolicTensor): string | undefined {
  const found = tensor.sourceLayer.outboundNodes
    .filter(({ inputTensors }) => inputTensors.includes(tensor))
    .map(({ outboundLayer, inputTensors, outputTensors: [output] }) =>
      inputTensors.length === 1 && output ? behind(outboundLayer, output) : undefined,
    );
  return found.every((one) => one !== undefined) ? found[0] : undefined;
}

function behind(layer: Layer, output: SymbolicTensor): string | undefined {
  const { layers: inside, inputs } = modelOf(layer) as Partial<ReturnType<typeof modelOf>>;
  if (inside !== undefined) {
    const own = inputs?.length === 1 ? scaledBy(inputs[0]!) : undefined;
    // A model of layers that keep pixels alone, as augmentation often is.
    return own ?? (inside.every(keepsAll) ? scaledBy(output) : undefined);
  }
  const one = asPixelLayer(layer);
  if (keepsPixels(one)) return scaledBy(output);
  const means = layer.weights.find(({ originalName }) => /(^|\/)(moving_)?mean$/.test(originalName))?.read();
  return scalesPixelsItself({ ...one, ...(means && { means: means.dataSync() }) }) ? layer.name : undefined;
}

const keepsAll = (layer: Layer): boolean =>
  layer.getClassName() === 'InputLayer' || keepsPixels(asPixelLayer(layer));

const asPixelLayer = (layer: Layer) => ({ className: layer.getClassName(), config: layer.getConfig() });
