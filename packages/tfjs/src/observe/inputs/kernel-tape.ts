import { LowbitError } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Computed } from './watch-kernels.js';
import type { HeldWeight } from './weight-places.js';

/** What is known of one tensor that an operation gives. */
interface TapeOutput {
  shape: readonly number[];
  readonly dtype: tf.DataType;
  /** The last operation that takes its values, or another tensor with the same. */
  lastUse: number;
  /** Whether code reads its values, so that what is asked for next may depend on them. */
  isRead: boolean;
  /** The weight whose values it holds. */
  held?: HeldWeight | undefined;
  /** Kept, where later operations take it and all before it is settled. */
  kept?: tf.Tensor;
}

interface TapeCall {
  readonly name: string;
  readonly isList: boolean;
  readonly outputs: readonly TapeOutput[];
  /** The operation that is asked for after this one, and what this one asked for itself. */
  next: number;
}

/** The operations of a run, by the order in which they are asked for, which is the same in each run. */
export interface KernelTape {
  /** Begins a run. */
  rewind(): void;
  /** The number of the operation that is asked for now. */
  begin(): number;
  /** Notes, in the first run, what an operation took and gave. */
  record(at: number, name: string, inputs: readonly tf.Tensor[], computed: Computed): void;
  /** Notes that code reads values. */
  read(dataId: object): void;
  /**
   * What a settled operation gave; where nothing later takes that, tensors of its shape.
   *
   * @param hold Is told of tensors that hold weights.
   * @throws LowbitError `runtime-failed` for another operation than in the first run.
   */
  replay(at: number, name: string, hold: (tensor: tf.Tensor, held: HeldWeight) => void): Computed;
  /** Notes what an operation gave anew, and keeps what is taken later, if all before `settled` will not change any more. */
  renew(
    at: number,
    computed: Computed,
    settled: number,
    heldBy: (tensor: tf.Tensor) => HeldWeight | undefined,
  ): void;
  /** Frees what only operations before this one take. */
  settle(before: number): void;
  close(): void;
}

export function kernelTape(): KernelTape {
  const calls: TapeCall[] = [];
  const made = new WeakMap<object, TapeOutput[]>();
  let now = 0;
  const producers = (dataId: object) => made.get(dataId) ?? [];
  const free = (isDone: (output: TapeOutput) => boolean) => {
    for (const { outputs } of calls)
      for (const output of outputs)
        if (output.kept !== undefined && isDone(output)) {
          output.kept.dispose();
          delete output.kept;
        }
  };
  return {
    rewind: () => void (now = 0),
    begin: () => now++,
    record(at, name, inputs, computed) {
      for (const { dataId } of inputs) for (const output of producers(dataId)) output.lastUse = at;
      const outputs = [computed].flat().map((tensor): TapeOutput => {
        const output = { shape: tensor.shape, dtype: tensor.dtype, lastUse: -1, isRead: false };
        made.set(tensor.dataId, [...producers(tensor.dataId), output]);
        return output;
      });
      calls[at] = { name, isList: Array.isArray(computed), outputs, next: now };
    },
    read(dataId) {
      for (const output of producers(dataId)) output.isRead = true;
    },
    replay(at, name, hold) {
      const call = calls[at];
      if (call?.name !== name) throw otherOperations(call?.name, name);
      now = call.next;
      const tensors = call.outputs.map(({ kept, shape, dtype, held }) => {
        if (kept === undefined) return tf.zeros([...shape], dtype);
        const tensor = tf.clone(kept);
        if (held !== undefined) hold(tensor, held);
        return tensor;
      });
      return call.isList ? tensors : (tensors[0] as tf.Tensor);
    },
    renew(at, computed, settled, heldBy) {
      for (const [i, tensor] of [computed].flat().entries()) {
        const output = calls[at]?.outputs[i];
        if (output === undefined) continue;
        output.shape = tensor.shape;
        if (at >= settled || (output.lastUse < settled && !output.isRead)) continue;
        output.held = heldBy(tensor);
        output.kept = tf.keep(tf.clone(tensor));
      }
    },
    settle: (before) => free(({ lastUse, isRead }) => lastUse < before && !isRead),
    close: () => free(() => true),
  };
}

const otherOperations = (expected = 'no further operation', received: string): LowbitError =>
  new LowbitError({
    code: 'runtime-failed',
    where: 'captureInputs',
    expected: `the same operations in each run: ${expected}`,
    received,
    remedy: "Give capture: 'once': weights see the inputs of the model as it was.",
  });
