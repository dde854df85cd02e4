import { LowbitError, type Batch } from '@lowbit/core';
import type { NamedInterface, RunnableModel } from '@lowbit/report';

import type { Feeds, Runtime } from '../runtime/load-runtime.js';
import { outputOf } from './onnx-tensors.js';

/** Its errors are thrown and worded here, so the runtime itself prints none. */
const fatal = 4;

/** A model as read from its file, and from the files beside it. */
export interface ModelFile extends NamedInterface {
  readonly bytes: Uint8Array;
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/**
 * Loads a model on the WebAssembly provider. Its errors name the model's file.
 *
 * @param feeds - the values of inputs as the runtime takes them
 * @param remedy - what to do when a run fails
 * @throws LowbitError `runtime-failed`, here and from `run`.
 */
export async function openSession(
  runtime: Runtime,
  { name, inputs, outputs, bytes, external }: ModelFile,
  feeds: (inputs: Batch['inputs']) => Feeds,
  remedy: string,
): Promise<RunnableModel> {
  const session = await saying({ where: name, expected: 'a model that onnxruntime-web loads' }, () =>
    runtime.InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      logSeverityLevel: fatal,
      ...(external.length === 0 ? {} : { externalData: [...external] }),
    }),
  );
  const problem = { where: name, expected: 'inputs that the model runs with', remedy };
  return {
    name,
    inputs,
    outputs,
    async run(given) {
      const fed = feeds(given);
      const result = await saying(problem, () => session.run(fed, { logSeverityLevel: fatal }));
      return Object.fromEntries(
        outputs.map((output) => [output.name, outputOf(result[output.name]!, output.name)]),
      );
    },
    close: () => session.release(),
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
