import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Contender, Work, WorkValues } from '../work.js';

/** TensorFlow.js on WebAssembly; inputs and outputs stay in its memory. */
export async function tensorflow(work: Work, values: WorkValues): Promise<Contender> {
  await tf.setBackend('wasm');
  const x = inputTensor(work, values);
  const w = tf.tensor(
    values.weights,
    work.kind === 'conv' ? [3, 3, work.channels, work.channels] : [work.size, work.size],
  );
  const compute = () =>
    work.kind === 'conv'
      ? tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')
      : tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
  return {
    name: 'tfjs-wasm float32',
    run: () => compute().dispose(),
    outputs: () => valuesOfTensor(compute()),
    dispose: () => tf.dispose([x, w]),
  };
}

/** The inputs of a layer in the memory of TensorFlow.js. */
export function inputTensor(work: Work, { inputs }: WorkValues): tf.Tensor {
  return tf.tensor(
    inputs,
    work.kind === 'conv' ? [1, work.size, work.size, work.channels] : [work.rows, work.size],
  );
}

/** A copy of what a tensor holds, which is disposed. */
export function valuesOfTensor(tensor: tf.Tensor): Float32Array {
  const values = (tensor.dataSync() as Float32Array).slice();
  tensor.dispose();
  return values;
}
