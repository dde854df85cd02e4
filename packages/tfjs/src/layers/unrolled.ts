import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

import type { CallOptions } from './own-layer.js';

/** A layer that computes a step: TensorFlow.js' own cells, and `GRUCell`. */
export interface Cell extends layers.Layer {
  readonly stateSize: number | number[];
  dropoutMask?: tf.Tensor | tf.Tensor[] | null;
  recurrentDropoutMask?: tf.Tensor | tf.Tensor[] | null;
}

/** How a sequence is gone through. */
export interface Way {
  readonly goBackwards: boolean;
  /** Whether outputs of steps that are masked are zero; otherwise they are those of the step before. */
  readonly zeroOutputForMask: boolean;
  /**
   * Whether zeros lie where Keras leaves them when it unrolls all steps of a layer that goes backward: what it does not zero is that of the
   * step before, and the mask that zeroes is not turned around with the outputs.
   */
  readonly unroll?: boolean | undefined;
}

export interface Unrolled {
  /** One a step, in the order in which they were gone through. */
  readonly outputs: readonly tf.Tensor[];
  readonly states: readonly tf.Tensor[];
}

/** Sizes of a cell's states. */
export function stateSizes({ stateSize }: Cell): readonly number[] {
  return [stateSize].flat();
}

/**
 * Carries out cells, one behind the other in each step, over a sequence `[batch, steps, …]`. A step that the mask `[batch, steps]` leaves
 * out changes no state.
 */
export function unroll(
  cells: readonly Cell[],
  { x, states, mask }: { x: tf.Tensor; states: readonly tf.Tensor[]; mask: tf.Tensor | undefined },
  way: Way,
  options: CallOptions,
): Unrolled {
  // A list of its own: gradients need the one that was given in its order.
  const inOrder = (steps: readonly tf.Tensor[]) => (way.goBackwards ? [...steps].reverse() : steps);
  const unturned = mask && tf.unstack(tf.expandDims(mask, -1), 1);
  const masks = unturned && inOrder(unturned);
  const zeroesAfter = way.zeroOutputForMask && way.unroll === true && way.goBackwards;
  let current = states;
  const outputs: tf.Tensor[] = [];
  inOrder(tf.unstack(x, 1)).forEach((step, i) => {
    const { output, next } = stepOf(cells, step, current, options);
    const kept = masks?.[i];
    const before = outputs.at(-1);
    const isZero = (way.zeroOutputForMask && !zeroesAfter) || before === undefined;
    const otherwise = isZero ? tf.zerosLike(output) : before;
    outputs.push(kept ? either(kept, output, otherwise) : output);
    current = kept ? next.map((state, k) => either(kept, state, current[k]!)) : next;
  });
  const zeroed = zeroesAfter && unturned?.map((kept, i) => tf.mul(kept, outputs[i]!));
  return { outputs: zeroed || outputs, states: current };
}

/** The first where the mask is 1, the second where it is 0. */
function either(mask: tf.Tensor, first: tf.Tensor, second: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(mask, first), tf.mul(tf.sub(1, mask), second));
}

function stepOf(
  cells: readonly Cell[],
  input: tf.Tensor,
  states: readonly tf.Tensor[],
  options: CallOptions,
) {
  let output = input;
  let used = 0;
  const next: tf.Tensor[] = [];
  for (const cell of cells) {
    const own = states.slice(used, (used += stateSizes(cell).length));
    const [value, ...after] = cell.call([output, ...own], {
      training: options.training ?? false,
    }) as tf.Tensor[];
    output = value!;
    next.push(...after);
  }
  return { output, next };
}

/** What dropout left out in the last sequence is drawn anew in the next. */
export function forgetDropout(cells: readonly Cell[]): void {
  for (const cell of cells) {
    tf.dispose([cell.dropoutMask ?? [], cell.recurrentDropoutMask ?? []]);
    cell.dropoutMask = null;
    cell.recurrentDropoutMask = null;
  }
}
