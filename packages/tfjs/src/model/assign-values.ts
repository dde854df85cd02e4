import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** Past the variable's constraint, bit for bit. */
export function assignValues(variable: LayerVariable, values: Float32Array): void {
  const tensor = tf.tensor(values, variable.shape as number[], 'float32');
  assignTensor(variable, tensor);
  tensor.dispose();
}

/** `LayerVariable.write` would apply the layer's constraint; the variable behind it does not. */
export function assignTensor(variable: LayerVariable, value: tf.Tensor): void {
  (variable.read() as tf.Variable).assign(value);
}
