import { fromFloat16Bits } from '@lowbit/core/adapter';
import type { ExternalFile } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web/wasm';
import type { MadeInput, MadeModel } from './made-model.js';

ort.env.wasm.numThreads = 1;

/** Runs a model on all inputs in onnxruntime-web; one array of floats a run. */
export async function runMade(
  bytes: Uint8Array,
  runs: MadeModel['runs'],
  files: readonly ExternalFile[] = [],
): Promise<Float32Array[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, externalData: [...files] });
  try {
    const results: Float32Array[] = [];
    for (const run of runs) {
      const feeds = Object.entries(run).map(([name, input]) => [name, tensorOf(input)] as const);
      const { y } = await session.run(Object.fromEntries(feeds));
      results.push(floatsOf(y!));
    }
    return results;
  } finally {
    await session.release();
  }
}

function tensorOf({ type, shape, data }: MadeInput): ort.Tensor {
  return new ort.Tensor(type as 'float32', data as Float32Array, shape);
}

/** float16 comes as bits, or as a Float16Array where the engine has one. */
function floatsOf({ type, data }: ort.Tensor): Float32Array {
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, fromFloat16Bits);
  return Float32Array.from(data as Float32Array);
}
