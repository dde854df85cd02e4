import type { PackedTensor } from '@lowbit/core';
import { expander, sizeOf } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { heapOf, layersIn, variablesOf } from '../model/internals.js';
import { packedCall, type PackedCall } from './multiply-packed.js';

type Layer = layers.Layer;

/** A variable whose values are packed; they are floats between `hold` and `release`, for instance. */
interface LazyVariable {
  /** Expands it, for all reads until it is released; in a tidy, which disposes the floats. */
  hold(): void;
  release(): void;
}

/**
 * Takes the floats of packed weights out of memory. From now on a layer's are expanded, once, each time that it computes, and gone
 * when it has computed. What is read elsewhere, by `model.getWeights()` for instance, belongs to the variable as ever: it stays until
 * the variable is disposed.
 */
export function keepPacked(model: LayersModel, packed: ReadonlyMap<string, PackedTensor>): void {
  const lazy = new Map<LayerVariable, LazyVariable>();
  for (const variable of variablesOf(model)) {
    const tensor = packed.get(variable.originalName);
    if (tensor !== undefined) lazy.set(variable, makeLazy(variable, tensor));
  }
  for (const layer of layersIn(model)) {
    const own = variablesOf(layer).flatMap((variable) => lazy.get(variable) ?? []);
    if (own.length > 0) holdWhileCalled(layer, own, packedCall(layer, packed));
  }
}

/** Recurrent layers read their weights at every step. */
function holdWhileCalled(layer: Layer, variables: readonly LazyVariable[], byPacked?: PackedCall): void {
  const call = layer.call.bind(layer);
  layer.call = (inputs, options) =>
    tf.tidy(() => {
      const product = byPacked?.(Array.isArray(inputs) ? inputs[0]! : inputs);
      if (product !== undefined) return product;
      try {
        variables.forEach((variable) => variable.hold());
        return call(inputs, options);
      } finally {
        variables.forEach((variable) => variable.release());
      }
    });
}

function makeLazy(variable: LayerVariable, packed: PackedTensor): LazyVariable {
  variable.dispose();
  variable.trainable = false;
  const shape = variable.shape as number[];
  let write: ReturnType<typeof expander> | undefined;
  const expand = () => expanded((write ??= expander(packed)), shape);
  let held: tf.Tensor | undefined;
  let lasting: tf.Tensor | undefined;
  variable.read = () => {
    if (held !== undefined) return held;
    if (isInTidy()) return expand();
    return (lasting = lasting?.isDisposed === false ? lasting : expand());
  };
  variable.dispose = () => void lasting?.dispose();
  return { hold: () => void (held = expand()), release: () => void (held = undefined) };
}

/** A tensor of what is written: into the memory of the backend where it has one, else into an array that it takes. */
function expanded(write: (into: Float32Array) => void, shape: number[]): tf.Tensor {
  const heap = heapOf(tf.backend());
  const output = heap?.makeOutput(shape, 'float32');
  const values = output ? heap!.typedArrayFromHeap(output) : new Float32Array(sizeOf(shape));
  write(values);
  return output ? tf.engine().makeTensorFromTensorInfo(output) : tf.tensor(values, shape, 'float32');
}

function isInTidy(): boolean {
  const { activeScope } = tf.engine().state as { readonly activeScope?: object | null };
  return activeScope !== undefined && activeScope !== null;
}
