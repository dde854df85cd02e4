import { withSession } from '@lowbit/e2e-real-models';
import * as ort from 'onnxruntime-web/wasm';
import { valuesOf, type Packed } from '../files/golden.js';

/** The first output of a model of one input, in onnxruntime-web. */
export function runOnnx(bytes: Uint8Array, inputs: Packed): Promise<Float32Array> {
  return withSession(bytes, async (session) => {
    const tensor = new ort.Tensor(inputs.type, valuesOf(inputs), inputs.shape);
    const outputs = await session.run({ [session.inputNames[0]!]: tensor });
    return outputs[session.outputNames[0]!]!.data as Float32Array;
  });
}
