import * as ort from 'onnxruntime-web/wasm';
import type { Contender, Work, WorkValues } from '../work.js';
import { onnxLayer, shapeOf } from './onnx-layer.js';

export const versionOfOnnxruntime = () => ort.env.versions.web;

/** @param wasmPaths Where its files of WebAssembly are served; in Node it finds them. */
export async function onnxruntime(work: Work, values: WorkValues, wasmPaths?: string): Promise<Contender[]> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  const inputs = work.kind === 'conv' ? turned(values.inputs, work.channels) : values.inputs;
  const x = new ort.Tensor('float32', inputs, shapeOf(work));
  // One after the other: the runtime starts with the first.
  const contenders: Contender[] = [];
  for (const form of ['float32', 'int8']) {
    const session = await ort.InferenceSession.create(onnxLayer(work, values, form === 'int8'));
    const run = async () => (await session.run({ x }))['y']!.data as Float32Array;
    contenders.push({
      name: `onnxruntime-web ${form}`,
      run,
      outputs: async () => (work.kind === 'conv' ? turned(await run(), work.size ** 2) : run()),
      dispose: () => session.release(),
    });
  }
  return contenders;
}

/** Rows become columns: channels of pixels, pixels of channels. */
function turned(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  return values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}
