import { loadRuntime } from '../runtime/load-runtime.js';
import { commonInputs, compareFiles } from './compare-files.js';
import type { ComparedPair } from './compared-pair.js';
import { readModelFile } from './read-model-file.js';

/** Two ONNX models, for onnxruntime-web. @throws LowbitError as `loadRuntime`, `readModelFile` and `commonInputs`. */
export async function onnxPair(first: string, second: string, signal: AbortSignal): Promise<ComparedPair> {
  const runtime = await loadRuntime('compare');
  const a = await readModelFile(first, signal);
  const b = await readModelFile(second, signal);
  return {
    a: { file: a.file, bytes: a.totalBytes },
    b: { file: b.file, bytes: b.totalBytes },
    runtime: `onnxruntime-web ${runtime.env.versions.web ?? ''}`.trim() + ', WebAssembly, one thread',
    inputs: commonInputs(a, b),
    compare: (chosen, settings) => compareFiles(runtime, [a, b], chosen, settings),
    release: () => undefined,
  };
}
