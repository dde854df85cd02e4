import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of TensorFlow.js' own operations.
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

/** The backends that run in plain Node. */
const backends = ['cpu', 'wasm'] as const;

type Test = (title: string, run: () => void | Promise<void>) => void;

/** Runs the same tests on every backend; each test must leave the number of tensors as it was. */
export function onEveryBackend(title: string, define: (test: Test) => void): void {
  describe.each(backends)(`${title} [%s]`, (backend) => {
    define((name, run) =>
      it(name, async () => {
        await tf.setBackend(backend);
        const before = tf.memory().numTensors;
        await run();
        expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
      }));
  });
}
