import type { TensorOperation } from '@lowbit/kernels/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { layerConfig } from '../model/internals.js';

type Shapes = tfLayers.Shape | tfLayers.Shape[];

/** Name of the layer class in the topology of a compiled model, which is never saved. */
export const packedLayerClass = 'LowbitPackedLayer';

/** Name of the layer class of what went into packed layers. */
export const passingLayerClass = 'LowbitPassingLayer';

/** What stands for a layer in a compiled model. */
export interface PackedCompute {
  readonly operation: TensorOperation;
  /** Whether its inputs are rows, whatever axes these have, and no pictures. */
  readonly isDense: boolean;
  /** Which of two inputs is that of the layer; the other is added. 0 where there is one. */
  readonly own: 0 | 1;
  /** The activation after it that the kernels lack. */
  readonly activation: ((x: tf.Tensor) => tf.Tensor) | undefined;
  /** Of the layer that it stands for. */
  outputShape(shape: Shapes): Shapes;
}

/** What layers compute that are being made, by the key in their configuration. */
const waiting = new Map<string, PackedCompute>();

/** Has what is built meanwhile find what its layers compute; `build` makes them before it waits for anything. */
export function whileBuilding<R>(computes: ReadonlyMap<string, PackedCompute>, build: () => R): R {
  tf.serialization.registerClass(PackedLayer);
  tf.serialization.registerClass(PassingLayer);
  for (const [key, compute] of computes) waiting.set(key, compute);
  try {
    return build();
  } finally {
    waiting.clear();
  }
}

/** A layer that computes on the kernels and has no weights of its own in TensorFlow.js. */
class PackedLayer extends tfLayers.layers.Layer {
  static readonly className = packedLayerClass;
  private readonly compute: PackedCompute;

  constructor(config: { readonly key: string }) {
    super(layerConfig(config));
    this.compute = waiting.get(config.key)!;
  }

  override computeOutputShape(shape: Shapes): Shapes {
    return this.compute.outputShape(shape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const given = [inputs].flat();
    const { own } = this.compute;
    return tf.tidy(() => {
      const values = runOn(this.compute, given[own]!, given[1 - own]);
      return this.compute.activation?.(values) ?? values;
    });
  }
}

/** A layer that does nothing: what it did is in the packed layer before or after it. */
class PassingLayer extends tfLayers.layers.Layer {
  static readonly className = passingLayerClass;
  override readonly supportsMasking = true;

  constructor(config: object) {
    super(layerConfig(config));
  }

  /** Not the tensor itself, which TensorFlow.js would copy. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = [inputs].flat() as [tf.Tensor];
    return tf.reshape(input, input.shape);
  }
}

function runOn({ operation, isDense }: PackedCompute, input: tf.Tensor, addend?: tf.Tensor): tf.Tensor {
  const floats = inFloats(input);
  if (!isDense) return operation.run(floats, addend && inFloats(addend));
  const rows = input.shape.slice(0, -1);
  const count = rows.reduce((product, size) => product * size, 1);
  const output = operation.run(tf.reshape(floats, [count, input.shape.at(-1)!]));
  return tf.reshape(output, [...rows, output.shape[1]!]);
}

function inFloats(tensor: tf.Tensor): tf.Tensor {
  return tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
}
