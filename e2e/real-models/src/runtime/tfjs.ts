import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** tfjs with its WebAssembly backend, ready; one thread, which is all that Node gets. */
export async function useWasm(): Promise<typeof tf> {
  if (tf.getBackend() !== 'wasm') await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
