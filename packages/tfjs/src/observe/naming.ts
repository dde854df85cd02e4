import { isLowbitError, LowbitError } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Names a model, or what is done with it, in what TensorFlow.js throws meanwhile.
 *
 * @throws LowbitError `runtime-failed`; one that the work throws.
 */
export async function naming<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isLowbitError(cause)) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    const expected = `inputs that the model runs with on the backend ${tf.getBackend()}`;
    throw new LowbitError({ code: 'runtime-failed', where, expected, received }, { cause });
  }
}
