import { LowbitError } from '@lowbit/core';

import type { Feeds, Runtime, Tensor } from '../runtime/load-runtime.js';

/** Its errors are thrown and worded here, so the runtime itself prints none. */
const fatal = 4;

/** A model as bytes, with what lies in files beside it. */
export interface ModelBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** A model that is loaded. */
export interface Session {
  run(feeds: Feeds): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/**
 * Loads a model on the WebAssembly provider. Its errors name the model's file.
 *
 * @param remedy - what to do when a run fails
 * @throws LowbitError `runtime-failed`, here and from `run`.
 */
export async function openSession(runtime: Runtime, model: ModelBytes, remedy: string): Promise<Session> {
  const { file, bytes, external } = model;
  const session = await saying({ where: file, expected: 'a model that onnxruntime-web loads' }, () =>
    runtime.InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      logSeverityLevel: fatal,
      ...(external.length === 0 ? {} : { externalData: [...external] }),
    }),
  );
  const problem = { where: file, expected: 'inputs that the model runs with', remedy };
  return {
    run: (feeds) => saying(problem, () => session.run(feeds, { logSeverityLevel: fatal })),
    release: () => session.release(),
  };
}

async function saying<T>(
  problem: { readonly where: string; readonly expected: string; readonly remedy?: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new LowbitError({ code: 'runtime-failed', received, ...problem }, { cause });
  }
}
