import { LowbitError } from '@lowbit/core';
import { keep, tidy, Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** A copy of a variable's values, row-major. No tensor is left behind. Throws `runtime-failed` when it is disposed. */
export async function readVariable(variable: LayerVariable, id: string): Promise<Float32Array> {
  try {
    const tensor = tidy(() => keep(variable.read()));
    const values = Float32Array.from(await tensor.data());
    // A packed variable gives a tensor of its own.
    if (!(tensor instanceof Variable)) tensor.dispose();
    return values;
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
