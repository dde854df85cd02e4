import type { OnnxSessionOptions } from '@lowbit/onnx';

/** The options that a session of onnxruntime-web needs beyond its defaults, as code; nothing when these do. */
export function sessionLine(options: OnnxSessionOptions): string | undefined {
  const { executionProviders, extra } = options;
  const needed = {
    ...(executionProviders === undefined || executionProviders.join() === 'wasm'
      ? {}
      : { executionProviders }),
    ...(extra === undefined ? {} : { extra }),
  };
  return Object.keys(needed).length === 0 ? undefined : JSON.stringify(needed);
}
