import type { PackedTensor } from '@lowbit/core';
import { multiplier } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { convolutionOf, heapOf, isRecorded } from '../model/internals.js';
import { rowsOf, windowsOf } from './input-rows.js';

type Layer = layers.Layer;

/** A layer's output for one input; `undefined` where the layer has to be called as ever. */
export type PackedCall = (input: tf.Tensor) => tf.Tensor | undefined;

/** Inputs for each output of a matrix beyond which it takes longer to lay them out than to expand the weights. */
const mostInputs = 2;

/** Axes of an input, by the class of layers. */
const ranks: Readonly<Record<string, number>> = { Conv1D: 3, Conv2D: 4 };

/**
 * Multiplies by the packed kernel of a Dense, Conv1D or Conv2D layer, expanding a few rows at a time: where a kernel is used at few places,
 * the wasm backend takes longer to order an expanded one for its loops, at each call, than to multiply by it. Sums take their addends
 * in the order in which that backend adds them. `undefined` for other layers, and on hosts without WebAssembly SIMD.
 */
export function packedCall(layer: Layer, packed: ReadonlyMap<string, PackedTensor>): PackedCall | undefined {
  const name = layer.getClassName();
  const isDense = name === 'Dense';
  if (!isDense && ranks[name] === undefined) return undefined;
  if (layer.getConfig()['dataFormat'] === 'channelsFirst') return undefined;
  const own = convolutionOf(layer);
  const tensor = packed.get(own.kernel.originalName);
  const product = tensor && multiplier(tensor);
  if (product === undefined) return undefined;
  const kernel = own.kernel.shape as number[];
  const most = Math.min(product.most, mostInputs * kernel.at(-1)!);
  return (input) => {
    const { shape, rank, dtype } = input;
    const heap = heapOf(tf.backend());
    const fits = shape.at(-1) === kernel.at(-2) && (isDense ? rank > 1 : rank === ranks[name]);
    if (heap === undefined || !fits || dtype !== 'float32' || isRecorded()) return undefined;
    const inputs = isDense ? rowsOf(shape, kernel) : windowsOf(own, shape, kernel);
    if (inputs.count === 0 || inputs.count > most) return undefined;
    const write = inputs.write(input.dataSync<'float32'>());
    const bias = own.bias?.read().dataSync<'float32'>();
    const output = heap.makeOutput(inputs.shape, 'float32');
    const sums = heap.typedArrayFromHeap(output).fill(0);
    for (let at = 0; bias !== undefined && at < sums.length; at += bias.length) sums.set(bias, at);
    product.multiply(inputs.count, write, sums);
    const result = tf.engine().makeTensorFromTensorInfo(output);
    return own.activation?.apply(result) ?? result;
  };
}
