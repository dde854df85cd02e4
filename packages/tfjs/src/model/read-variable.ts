import { LowbitError } from '@lowbit/core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** A copy of a variable's values, row-major. No tensor is made. Throws `runtime-failed` when it is disposed. */
export async function readVariable(variable: LayerVariable, id: string): Promise<Float32Array> {
  try {
    return Float32Array.from(await variable.read().data());
  } catch (cause) {
    throw new LowbitError(
      {
        code: 'runtime-failed',
        where: id,
        expected: 'a weight that can be read',
        received: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Keep the model undisposed, and its backend running, until quantization has finished.',
      },
      { cause },
    );
  }
}
