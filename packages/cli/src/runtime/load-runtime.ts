import type * as ort from 'onnxruntime-web/wasm';

import { LowbitError } from '@lowbit/core';

export type Runtime = typeof ort;
export type Tensor = InstanceType<Runtime['Tensor']>;
/** Inputs of one run by name. */
export type Feeds = Readonly<Record<string, Tensor>>;

const missing = ['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'];

/**
 * Loads onnxruntime-web, which only commands that run models need and which is installed on request: its WebAssembly
 * build, to run on one thread.
 *
 * @param command - the command that needs it, for the error
 * @throws LowbitError `runtime-missing` when it is not installed, `runtime-failed` when it cannot be loaded.
 */
export async function loadRuntime(
  command: string,
  load: () => Promise<Runtime> = () => import('onnxruntime-web/wasm'),
): Promise<Runtime> {
  const runtime = await load().catch((cause: NodeJS.ErrnoException) => {
    throw missing.includes(cause.code ?? '') ? notInstalled(command, cause) : notLoaded(cause);
  });
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = 'fatal';
  return runtime;
}

function notInstalled(command: string, cause: unknown): LowbitError {
  return new LowbitError(
    {
      code: 'runtime-missing',
      where: `lowbit ${command}`,
      expected: 'the package onnxruntime-web, 1.24 or newer, to run models',
      received: 'none',
      remedy:
        'Install it where lowbit is: npm install onnxruntime-web. Without installing: ' +
        `npx --package lowbit --package onnxruntime-web lowbit ${command} …`,
    },
    { cause },
  );
}

function notLoaded(cause: Error): LowbitError {
  return new LowbitError(
    { code: 'runtime-failed', where: 'onnxruntime-web', received: cause.message },
    { cause },
  );
}
