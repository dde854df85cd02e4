import type * as lowbit from '@lowbit/tfjs';
import type * as graphs from '@lowbit/tfjs/graph';
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

import { LowbitError } from '@lowbit/core';
import { notLoaded, isMissing } from './load-runtime.js';

/** TensorFlow.js, ready to compute on WebAssembly with one thread, and its adapter. */
export interface Tfjs {
  readonly core: typeof core;
  readonly layers: typeof layers;
  readonly lowbit: typeof lowbit;
}

/** What has to be installed. */
export const tfjsPackages =
  '@lowbit/tfjs @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-wasm';

/** What graph models need besides, to run. */
const graphPackage = '@tensorflow/tfjs-converter';

/**
 * Loads TensorFlow.js, which only commands that build models need and which is installed on request.
 *
 * @param command - the command that needs it, for the error
 * @throws LowbitError `runtime-missing` when a package is not installed, `runtime-failed` when one cannot be loaded.
 */
export async function loadTfjs(command: string, load: () => Promise<Tfjs> = importAll): Promise<Tfjs> {
  try {
    const tfjs = await load();
    await tfjs.core.setBackend('wasm');
    await tfjs.core.ready();
    return tfjs;
  } catch (cause) {
    throw isMissing(cause) ? notInstalled(command, cause) : notLoaded('TensorFlow.js', cause);
  }
}

/**
 * Loads what makes graph models run.
 *
 * @throws LowbitError as {@link loadTfjs}.
 */
export async function loadGraphs(command: string): Promise<typeof graphs> {
  try {
    return await import('@lowbit/tfjs/graph');
  } catch (cause) {
    throw isMissing(cause) ? notInstalled(command, cause, graphPackage) : notLoaded('TensorFlow.js', cause);
  }
}

async function importAll(): Promise<Tfjs> {
  const tf = await import('@tensorflow/tfjs-core');
  // Without its greetings and hints, which are for other programs.
  tf.env().set('PROD', true);
  const tfLayers = await import('@tensorflow/tfjs-layers');
  await import('@tensorflow/tfjs-backend-wasm');
  return { core: tf, layers: tfLayers, lowbit: await import('@lowbit/tfjs') };
}

function notInstalled(command: string, cause: unknown, missing = tfjsPackages): LowbitError {
  return new LowbitError(
    {
      code: 'runtime-missing',
      where: `lowbit ${command}`,
      expected: 'TensorFlow.js 4.22 and its adapter',
      received: cause instanceof Error ? cause.message : 'none',
      remedy: `Install them where lowbit is: npm install ${missing}`,
    },
    { cause },
  );
}
