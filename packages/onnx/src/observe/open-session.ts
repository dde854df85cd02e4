import { LowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { OrtRuntime, OrtSession, OrtSessionOptions, OrtTensor } from './ort.js';

/** Errors are thrown and worded here, so the runtime itself prints none. */
export const silent = { logSeverityLevel: 4 } as const;

/**
 * The highest level of optimization (`all`) is avoided: it fuses a convolution with the sum after it even where the convolution's own
 * result is asked for, and then that output is missing (onnxruntime-web 1.30).
 */
const whereAllIsKept = { ...silent, graphOptimizationLevel: 'extended' } as const;

/** @throws LowbitError `runtime-failed` when the runtime refuses the model. */
export function openSession(
  ort: OrtRuntime,
  bytes: Uint8Array,
  where: string,
  options: OrtSessionOptions = whereAllIsKept,
): Promise<OrtSession> {
  return saying({ where, expected: 'a model that the runtime loads' }, () =>
    ort.InferenceSession.create(bytes, options),
  );
}

/**
 * @param remedy - what to do when it fails
 * @throws LowbitError `runtime-failed` when the runtime cannot run these inputs.
 */
export function runSession(
  session: OrtSession,
  feeds: Readonly<Record<string, OrtTensor>>,
  where: string,
  remedy?: string,
): Promise<Readonly<Record<string, OrtTensor>>> {
  return saying({ where, expected: 'inputs that the model runs with', ...defined({ remedy }) }, () =>
    session.run(feeds, silent),
  );
}

async function saying<T>(
  problem: { readonly where: string; readonly expected: string; readonly remedy?: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    // Messages from WebAssembly end with bytes that are no text.
    const received = (cause instanceof Error ? cause.message : String(cause)).replace(/[\s\uFFFD]+$/, '');
    throw new LowbitError({ code: 'runtime-failed', received, ...problem }, { cause });
  }
}
