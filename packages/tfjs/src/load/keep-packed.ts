import { decode, unpackTensor, type PackedTensor } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { variablesOf } from '../model/internals.js';

/**
 * Takes the floats of packed weights out of memory. From now on such a variable is expanded whenever it is read, which layers
 * do inside a tidy, so that the floats are gone when the layer has computed. What is read outside, by `model.getWeights()` for
 * instance, belongs to the variable as ever: it stays until the variable is disposed.
 */
export function keepPacked(model: LayersModel, packed: ReadonlyMap<string, PackedTensor>): void {
  for (const variable of variablesOf(model)) {
    const tensor = packed.get(variable.originalName);
    if (tensor !== undefined) makeLazy(variable, tensor);
  }
}

function makeLazy(variable: LayerVariable, packed: PackedTensor): void {
  variable.dispose();
  variable.trainable = false;
  const shape = variable.shape as number[];
  const expand = () => tf.tensor(decode(unpackTensor(packed)), shape, 'float32');
  let lasting: tf.Tensor | undefined;
  variable.read = () => {
    if (isInTidy()) return expand();
    return (lasting = lasting?.isDisposed === false ? lasting : expand());
  };
  variable.dispose = () => void lasting?.dispose();
}

function isInTidy(): boolean {
  const { activeScope } = tf.engine().state as { readonly activeScope?: object | null };
  return activeScope !== undefined && activeScope !== null;
}
