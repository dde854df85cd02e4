import { LowbitError } from '@lowbit/core';
import type { OrtRuntime, OrtSession, OrtTensor } from './ort.js';

/**
 * Nothing is printed. The highest level of optimization (`all`) is avoided: it fuses a convolution with the sum after it
 * even where the convolution's own result is asked for, and then that output is missing (onnxruntime-web 1.30).
 */
const options = { logSeverityLevel: 4, graphOptimizationLevel: 'extended' } as const;

/** @throws LowbitError `runtime-failed` when the runtime refuses the model. */
export function openSession(ort: OrtRuntime, bytes: Uint8Array, where: string): Promise<OrtSession> {
  return saying(where, 'a model that the runtime loads', () => ort.InferenceSession.create(bytes, options));
}

/** @throws LowbitError `runtime-failed` when the runtime cannot run these inputs. */
export function runSession(
  session: OrtSession,
  feeds: Readonly<Record<string, OrtTensor>>,
  where: string,
): Promise<Readonly<Record<string, OrtTensor>>> {
  return saying(where, 'inputs that the model runs with', () => session.run(feeds));
}

async function saying<T>(where: string, expected: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    throw new LowbitError({ code: 'runtime-failed', where, expected, received });
  }
}
