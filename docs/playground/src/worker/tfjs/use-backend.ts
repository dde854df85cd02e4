import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
});
// Threads need headers that static hosts do not send, so the file for them is not there.
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

/** Runs something on one backend, then goes back to `cpu`, on which models are read and written. */
export async function onBackend<T>(name: 'cpu' | 'wasm', work: () => T | Promise<T>): Promise<T> {
  await tf.setBackend(name);
  try {
    return await work();
  } finally {
    await tf.setBackend('cpu');
  }
}
