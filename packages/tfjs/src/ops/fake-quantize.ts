import { LowbitError, type Quantizer } from '@lowbit/core';
import { backwardOf, checkArgument, checkPlugin, forwardOf, type Site } from '@lowbit/core/adapter';
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
  checkPlugin(quantizer);
  const wanted = { where: 'fakeQuantize(quantizer, site)', expected: 'the site that it is for' };
  checkArgument('parameters' in Object(site), site, wanted);
  const forward = forwardOf(quantizer);
  const backward = backwardOf(quantizer);
  const name = `quantizer '${quantizer.name}'`;
  return tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as tf.GradSaveFunc)([input, ...siteTensors(site)]);
    return {
      value: distinct(checkTensor(forward(tfjsOps, input, site), input, `${name}: forward`), input),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedInput, ...parameters] = saved as [tf.Tensor, ...tf.Tensor[]];
        const { x: gradient } = backward(tfjsOps, savedInput, dy, withSiteTensors(site, parameters));
        return distinct(checkTensor(gradient, savedInput, `${name}: backward`), dy);
      },
    };
  });
}

/** What a plugin gave, if it is a tensor of floats of the shape of `like`, or `like`'s type. @throws LowbitError `plugin-failed`. */
export function checkTensor(result: unknown, like: tf.Tensor, where: string): tf.Tensor {
  if (result instanceof tf.Tensor && !result.isDisposed) {
    const isType = result.dtype === 'float32' || result.dtype === like.dtype;
    if (isType && tf.util.arraysEqual(result.shape, like.shape)) return result;
  }
  throw new LowbitError({
    code: 'plugin-failed',
    where,
    expected: `a tensor of float32 of the shape of x, [${like.shape.join(', ')}]`,
    received: result instanceof tf.Tensor ? wordTensor(result) : 'something else',
    remedy: "Report this to the plugin's author, or choose another plugin for this place.",
  });
}

function wordTensor({ isDisposed, dtype, shape }: tf.Tensor): string {
  return isDisposed ? 'a tensor that it has disposed' : `a tensor of ${dtype} of shape [${shape.join(', ')}]`;
}

/** The gradient tape needs results that are tensors of their own. */
function distinct(result: tf.Tensor, input: tf.Tensor): tf.Tensor {
  return result === input ? tf.clone(result) : result;
}
