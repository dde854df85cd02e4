import type { ExternalFile, OrtRuntime } from '@lowbit/onnx';

import type { Runtime } from './load-runtime.js';

/** A runtime whose sessions find the files beside a model. */
export function withFiles(runtime: Runtime, files: readonly ExternalFile[]): OrtRuntime {
  if (files.length === 0) return runtime;
  const { InferenceSession, Tensor } = runtime;
  return {
    Tensor,
    InferenceSession: {
      create: (bytes, options) => InferenceSession.create(bytes, { ...options, externalData: [...files] }),
    },
  };
}
