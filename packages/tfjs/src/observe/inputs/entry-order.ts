import * as tf from '@tensorflow/tfjs-core';
import type { KernelCall } from './watch-kernels.js';

/**
 * Where the entries of the first axis of a tensor lie, those of each sample one after the other: where a convolution with dilated
 * windows cuts pictures into several, these stand the other way round.
 */
export function entryOrder(samples: number) {
  const cut = new WeakSet<object>();
  return {
    follow({ name, outputs }: KernelCall): void {
      if (name === tf.SpaceToBatchND) for (const { dataId } of outputs) cut.add(dataId);
    },
    of({ dataId, shape: [entries = 1] }: tf.Tensor): (at: number) => number {
      const each = entries / samples;
      return cut.has(dataId) ? (at) => (at % each) * samples + Math.floor(at / each) : (at) => at;
    },
  };
}
