import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

type Activation = (x: tf.Tensor) => tf.Tensor;

const between = (x: tf.Tensor, low: number, high: number) => tf.clipByValue(x, low, high);
/** Of Keras 3: relu6(x + 3) / 6. Before it was clip(0.2 x + 0.5, 0, 1), which TensorFlow.js has. */
const hardSigmoid: Activation = (x) => tf.div(between(tf.add(x, 3), 0, 6), 6);
/** By a hyperbolic tangent (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2). */
const tanhGelu: Activation = (x) => {
  const raised = tf.add(x, tf.mul(0.044715, tf.mul(tf.square(x), x)));
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), raised))));
};
const softShrink: Activation = (x) => tf.sub(x, between(x, -0.5, 0.5));

/** Functions of single values that are no activations of Keras, as `ops.log(x)` calls them. */
const singleFunctions: Readonly<Record<string, Activation>> = {
  ...{ lowbitSquareRoot: tf.sqrt, lowbitRsqrt: tf.rsqrt, lowbitReciprocal: tf.reciprocal },
  ...{ lowbitLog: tf.log, lowbitLog1p: tf.log1p, lowbitExpm1: tf.expm1, lowbitErf: tf.erf },
  ...{ lowbitSin: tf.sin, lowbitCos: tf.cos, lowbitArctan: tf.atan, lowbitSinh: tf.sinh },
  ...{ lowbitCosh: tf.cosh, lowbitSign: tf.sign, lowbitFloor: tf.floor, lowbitCeil: tf.ceil },
  lowbitRound: tf.round,
};

/** Activations of Keras that TensorFlow.js lacks, by the names that they have in a topology. */
const functions: Readonly<Record<string, Activation>> = {
  // What TensorFlow.js makes of its own gelu_new when it loads a model, and does not find then.
  geluNew: tanhGelu,
  lowbitCelu: (x) => tf.add(tf.relu(x), tf.expm1(tf.minimum(x, 0))),
  lowbitExponential: tf.exp,
  lowbitHardShrink: (x) => tf.mul(x, tf.step(tf.sub(tf.abs(x), 0.5))),
  lowbitHardSigmoid: hardSigmoid,
  lowbitHardSilu: (x) => tf.mul(x, hardSigmoid(x)),
  lowbitHardTanh: (x) => between(x, -1, 1),
  lowbitLeakyRelu: (x) => tf.leakyRelu(x, 0.2),
  lowbitLogSigmoid: (x) => tf.neg(tf.softplus(tf.neg(x))),
  lowbitSoftShrink: softShrink,
  lowbitSparsePlus: (x) =>
    tf.add(tf.mul(0.25, tf.square(between(tf.add(x, 1), 0, 2))), tf.relu(tf.sub(x, 1))),
  lowbitSparseSigmoid: (x) => between(tf.mul(0.5, tf.add(x, 1)), 0, 1),
  lowbitSparsemax: (x) => sparsemax(x),
  lowbitSquareplus: (x) => tf.mul(0.5, tf.add(x, tf.sqrt(tf.add(tf.square(x), 4)))),
  lowbitTanhGelu: tanhGelu,
  lowbitTanhShrink: (x) => tf.sub(x, tf.tanh(x)),
  ...singleFunctions,
};

/**
 * Values above a threshold τ, along the last axis: τ = (Σ cᵢ − 1) / k with the cumulative sums cᵢ of the k largest values, as Keras 3 computes
 * it (Martins and Astudillo, "From Softmax to Sparsemax", 2016, have the values themselves in the place of cᵢ, with which k is found).
 * Sorting has no gradient in TensorFlow.js: the one of this formula is given.
 */
const sparsemax = tf.customGrad((x, save) => {
  const logits = x as tf.Tensor;
  const { order, kept, threshold } = support(logits);
  const value = tf.relu(tf.sub(logits, threshold));
  // What τ changes by when a value does: the i-th largest is in all sums from cᵢ on.
  const sums = tf.relu(tf.sub(kept, inverse(order)));
  (save as tf.GradSaveFunc)([value, tf.div(sums, kept)]);
  const gradFunc = (dy: tf.Tensor, [result, share]: tf.Tensor[]) => {
    const passed = tf.mul(dy, tf.step(result!));
    return tf.sub(passed, tf.mul(share!, tf.sum(passed, -1, true)));
  };
  return { value, gradFunc: gradFunc as never };
});

function support(logits: tf.Tensor): Readonly<Record<'order' | 'kept' | 'threshold', tf.Tensor>> {
  const size = logits.shape.at(-1)!;
  const { values, indices: order } = tf.topk(logits, size);
  const sums = tf.cumsum(values, logits.rank - 1);
  const isKept = tf.step(tf.sub(tf.mul(values, tf.range(1, size + 1)), tf.sub(sums, 1)));
  const kept = tf.sum(isKept, -1, true);
  return { order, kept, threshold: tf.div(tf.sub(tf.sum(tf.mul(sums, isKept), -1, true), 1), kept) };
}

/** Where each index stands in a permutation of the last axis, counted from 0. */
function inverse(order: tf.Tensor): tf.Tensor {
  return tf.cast(tf.topk(tf.neg(order), order.shape.at(-1)!).indices, 'float32');
}

/** As TensorFlow.js takes activations: classes by name, made without arguments. */
export const activationClasses = Object.entries(functions).map(([name, compute]) => {
  return class extends tf.serialization.Serializable {
    static readonly className = name;

    apply(x: tf.Tensor): tf.Tensor {
      return tf.tidy(() => compute(x));
    }

    override getConfig(): tf.serialization.ConfigDict {
      return {};
    }
  };
});

/** The name of an activation, of TensorFlow.js or of ours. */
export type ActivationName = Parameters<typeof tfLayers.layers.activation>[0]['activation'];

/** An activation by its name, as a layer to be called. */
export function activationLayer(activation: ActivationName): tfLayers.layers.Layer {
  return tfLayers.layers.activation({ activation });
}
