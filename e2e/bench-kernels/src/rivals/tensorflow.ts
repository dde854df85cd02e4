import * as tf from '@tensorflow/tfjs-core';
import { version_wasm as version } from '@tensorflow/tfjs-backend-wasm';
import type { Contender, Work, WorkValues } from '../work.js';

const name = `tfjs-wasm ${version}, float32`;

/** TensorFlow.js on WebAssembly; inputs and outputs stay in its memory. */
export async function tensorflow(work: Work, { inputs, weights }: WorkValues): Promise<Contender> {
  await tf.setBackend('wasm');
  if (work.kind === 'conv') {
    const { size, channels } = work;
    const x = tf.tensor4d(inputs, [1, size, size, channels]);
    const w = tf.tensor4d(weights, [3, 3, channels, channels]);
    return { name, run: () => tf.conv2d(x, w, 1, 'same').dispose() };
  }
  const x = tf.tensor2d(inputs, [work.rows, work.size]);
  const w = tf.tensor2d(weights, [work.size, work.size]);
  return { name, run: () => tf.matMul(x, w).dispose() };
}
