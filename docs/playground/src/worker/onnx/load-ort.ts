import { LowbitError } from '@lowbit/core';
import type * as Ort from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

/**
 * Loads onnxruntime-web, 14 MB, from the page's own files; comparing, calibrating and folders need it. One thread, since more need headers
 * that static hosts do not send.
 *
 * @throws LowbitError `runtime-failed`.
 */
export async function loadOrt(): Promise<typeof Ort> {
  const ort = await import('onnxruntime-web/wasm').catch((cause: Error) => {
    throw new LowbitError(
      { code: 'runtime-failed', where: 'onnxruntime-web', received: cause.message },
      { cause },
    );
  });
  ort.env.wasm.wasmPaths = { wasm };
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  return ort;
}
