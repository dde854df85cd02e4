import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installedFile, type Tell } from '@lowbit/e2e-real-models/proof';
import type { OrtRuntime } from '@lowbit/onnx';

const require = createRequire(import.meta.url);
const folder = fileURLToPath(new URL('../../out/ort', import.meta.url));
/** The version of onnxruntime-web that proofs run in. */
const wanted = 'onnxruntime-node@1.30.0';

/** A build of onnxruntime, and its name. */
export interface NamedRuntime {
  readonly name: string;
  readonly ort: OrtRuntime;
}

let loaded: Promise<NamedRuntime> | undefined;

/**
 * The native build of the runtime, which is three to four times as fast, and the same for a model before and after; installed into `out`
 * once. Where it cannot be installed, onnxruntime-web on WebAssembly.
 */
export const runtime = (tell: Tell): Promise<NamedRuntime> => (loaded ??= load(tell));

async function load(tell: Tell): Promise<NamedRuntime> {
  tell(`installing ${wanted}`);
  const file = installedFile(folder, wanted, 'dist/index.js');
  if (file !== undefined) return { name: wanted, ort: onOneThread(require(file) as OrtRuntime) };
  const web = await import('onnxruntime-web/wasm');
  web.env.wasm.numThreads = 1;
  return { name: 'onnxruntime-web, WebAssembly', ort: web };
}

/** Threads wait for each other at full load: two take twice the processor's time of one for networks as small as these. */
const oneThread = { intraOpNumThreads: 1 };

const onOneThread = (ort: OrtRuntime): OrtRuntime => ({
  Tensor: ort.Tensor,
  InferenceSession: {
    create: (bytes, options) => ort.InferenceSession.create(bytes, { ...options, ...oneThread }),
  },
});
