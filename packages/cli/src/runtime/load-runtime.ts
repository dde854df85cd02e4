import { availableParallelism } from 'node:os';

import type * as ort from 'onnxruntime-web';

import { LowbitError } from '@lowbit/core';

export type Runtime = typeof ort;

const missing = ['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'];

/** Builds of onnxruntime with the same interface: WebAssembly, and native code, which is faster. */
export const runtimeNames = ['onnxruntime-web', 'onnxruntime-node'] as const;

export type RuntimeName = (typeof runtimeNames)[number];

export interface LoadOptions {
  /** Default onnxruntime-web. */
  readonly name?: RuntimeName;
  /** Threads that models run on, default 1. It counts for the whole process: the first run decides. */
  readonly threads?: number;
  readonly load?: () => Promise<Runtime>;
}

/** Threads for work whose time is not measured: one a core, up to as many as gain something. */
export const manyThreads = Math.min(availableParallelism(), 8);

/**
 * Loads a build of onnxruntime, which only commands that run models need and which is installed on request. In Node
 * onnxruntime-web runs models on WebAssembly.
 *
 * @param command - the command that needs it, for the error
 * @throws LowbitError `runtime-missing` when it is not installed, `runtime-failed` when it cannot be loaded.
 */
export async function loadRuntime(
  command: string,
  { name = 'onnxruntime-web', threads = 1, load = () => import(name) as Promise<Runtime> }: LoadOptions = {},
): Promise<Runtime> {
  const runtime = await load().catch((cause: NodeJS.ErrnoException) => {
    throw isMissing(cause) ? notInstalled(command, name, cause) : notLoaded(name, cause);
  });
  runtime.env.wasm.numThreads = threads;
  runtime.env.logLevel = 'fatal';
  return runtime;
}

function notInstalled(command: string, name: RuntimeName, cause: unknown): LowbitError {
  return new LowbitError(
    {
      code: 'runtime-missing',
      where: `lowbit ${command}`,
      expected: `the package ${name}, 1.24 or newer, to run models`,
      received: 'none',
      remedy:
        `Install it where lowbit is: npm install ${name}. Without installing: ` +
        `npx --package lowbit --package ${name} lowbit ${command} …`,
    },
    { cause },
  );
}

/** Whether importing failed because a package is not installed. */
export function isMissing(error: unknown): boolean {
  return missing.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** The error for a runtime that is installed and cannot be loaded. */
export function notLoaded(where: string, cause: unknown): LowbitError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new LowbitError({ code: 'runtime-failed', where, received }, { cause });
}
