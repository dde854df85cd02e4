import { backwardOf, forwardOf, LowbitError, type Quantizer, type Site } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { siteTensors, withSiteTensors } from './site-tensors.js';
import { tfjsOps } from './tfjs-ops.js';

/**
 * Fake quantization as one differentiable TensorFlow.js operation.
 *
 * The value is the quantizer's `forward`, by default encode-and-decode with the site's parameters; the gradient
 * with respect to x is its `backward`, by default straight-through: ∂L/∂x = ∂L/∂y.
 *
 * `x` is a matrix `[slices, values a slice]`, the site's parameters are columns `[slices, 1]`. Nothing is read
 * back from the device. The site's tensors stay the caller's; they may be disposed after the call, also before
 * the gradient is taken. Gradients of trained parameters are not taken here.
 */
export function fakeQuantize(quantizer: Quantizer, site: Site<tf.Tensor>): (x: tf.Tensor) => tf.Tensor {
  const forward = forwardOf(quantizer);
  const backward = backwardOf(quantizer);
  return tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as tf.GradSaveFunc)([input, ...siteTensors(site)]);
    return {
      value: distinct(checkForward(forward(tfjsOps, input, site), quantizer), input),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedInput, ...parameters] = saved as [tf.Tensor, ...tf.Tensor[]];
        return distinct(backward(tfjsOps, savedInput, dy, withSiteTensors(site, parameters)).x, dy);
      },
    };
  });
}

/** What a plugin's forward pass gave, if it is a tensor. @throws LowbitError `plugin-failed` with its name. */
export function checkForward(result: unknown, { name }: Quantizer): tf.Tensor {
  if (result instanceof tf.Tensor) return result;
  throw new LowbitError({
    code: 'plugin-failed',
    where: `quantizer '${name}': forward`,
    expected: 'a tensor of the shape of x',
    received: result === undefined ? 'nothing' : String(result),
    remedy: "Report this to the plugin's author, or choose another plugin for this place.",
  });
}

/** The gradient tape needs results that are tensors of their own. */
function distinct(result: tf.Tensor, input: tf.Tensor): tf.Tensor {
  return result === input ? tf.clone(result) : result;
}
