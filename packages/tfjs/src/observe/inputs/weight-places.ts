import * as tf from '@tensorflow/tfjs-core';
import type { KernelCall } from './watch-kernels.js';

/** A tensor that holds values of a weight. */
export interface HeldWeight {
  readonly id: string;
  /** For each of its values the place in the weight, from 1; 0 for a zero that stands beside them. Absent: as they are. */
  readonly places?: Int32Array;
}

/** Follows weights through operations that move their values. */
export interface WeightPlaces {
  /** The weight whose values a tensor holds. */
  of(tensor: tf.Tensor): HeldWeight | undefined;
  /** Notes that a tensor holds values of a weight. */
  hold(tensor: tf.Tensor, held: HeldWeight): void;
  /** Notes where an operation moves values of a weight; `false` where it does something else with them. */
  follow(call: KernelCall): boolean;
}

/** Operations that give the values of one tensor in another order, or some of them; padding adds zeros. */
const moves = new Set([
  ...[tf.Identity, tf.Cast, tf.Reshape, tf.ExpandDims, tf.Transpose, tf.Reverse, tf.PadV2, tf.Tile],
  ...[tf.Slice, tf.StridedSlice, tf.SplitV, tf.Unpack],
]);

/** Operations that put tensors side by side. */
const joins = new Set([tf.Concat, tf.Pack]);

/** @param weights Ids by the data of the tensors that hold them as they are. */
export function weightPlaces(weights: ReadonlyMap<object, string>): WeightPlaces {
  const moved = new WeakMap<object, HeldWeight>();
  const of = ({ dataId }: tf.Tensor): HeldWeight | undefined => {
    const id = weights.get(dataId);
    return id === undefined ? moved.get(dataId) : { id };
  };
  return {
    of,
    hold: ({ dataId }, held) => void moved.set(dataId, held),
    follow({ name, inputs, settings, outputs }) {
      const given = Object.entries(inputs);
      const held = given.flatMap(([, tensor]) => of(tensor) ?? []);
      const { id } = held[0] as HeldWeight;
      const isMove = moves.has(name) && (settings['constantValue'] ?? 0) === 0;
      if (!isMove && !joins.has(name)) return false;
      if (held.some((one) => one.id !== id) || outputs.some(({ dtype }) => dtype !== 'float32')) return false;
      if (given.some(([, tensor]) => of(tensor) === undefined && !isZero(tensor))) return false;
      if (outputs.every(({ dataId }) => of({ dataId } as tf.Tensor)?.id === id)) return true;
      for (const [i, places] of placesAfter(name, inputs, settings, of).entries())
        moved.set((outputs[i] as tf.Tensor).dataId, { id, places });
      return true;
    },
  };
}

const isZero = (tensor: tf.Tensor): boolean => tensor.dataSync().every((value) => value === 0);

/** The same done to the places in place of the values. */
function placesAfter(
  name: string,
  inputs: KernelCall['inputs'],
  settings: KernelCall['settings'],
  of: WeightPlaces['of'],
): readonly Int32Array[] {
  return tf.tidy(() => {
    const entries = Object.entries(inputs).map(([key, tensor]) => {
      const held = of(tensor);
      const places =
        held === undefined
          ? new Int32Array(tensor.size)
          : (held.places ?? Int32Array.from({ length: tensor.size }, (_, i) => i + 1));
      return [key, tf.tensor(places, tensor.shape, 'int32')] as const;
    });
    const given = name === tf.Cast ? { ...settings, dtype: 'int32' } : settings;
    const result = tf.engine().runKernel(name, Object.fromEntries(entries), given as tf.NamedAttrMap);
    return [result].flat().map((tensor) => (tensor as tf.Tensor).dataSync<'int32'>().slice());
  });
}
