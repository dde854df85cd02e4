import { isLowbitError } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { registerWasmTraining } from './index.js';

/** The import that a refusal names. */
function wanted(): string | undefined {
  try {
    registerWasmTraining();
    return undefined;
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    expect(error.code).toBe('runtime-missing');
    return /^Import it first: import '(.+)'\.$/.exec(error.remedy ?? '')?.[1];
  }
}

test('what is not imported is told one after the other, and then training is registered', async () => {
  const told: string[] = [];
  for (let path = wanted(); path !== undefined && told.length < 3; path = wanted()) {
    told.push(path);
    await import(/* @vite-ignore */ path);
  }
  expect(told).toEqual([
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-core/dist/register_all_gradients.js',
  ]);
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm').kernelName).toBe('Conv2DBackpropFilter');
});
