import * as ort from 'onnxruntime-web/wasm';
import type { Contender, Work, WorkValues } from '../work.js';
import { onnxLayer, shapeOf } from './onnx-layer.js';

/** onnxruntime-web on WebAssembly with one thread, in floats and in integers of 8 bits; both take and give floats. */
export async function onnxruntime(work: Work, values: WorkValues): Promise<Contender[]> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const x = new ort.Tensor('float32', values.inputs, shapeOf(work));
  return Promise.all(
    [false, true].map(async (isInteger) => {
      const session = await ort.InferenceSession.create(onnxLayer(work, values, isInteger));
      const name = `onnxruntime-web ${ort.env.versions.web}, ${isInteger ? 'int8' : 'float32'}`;
      return { name, run: () => session.run({ x }) };
    }),
  );
}
