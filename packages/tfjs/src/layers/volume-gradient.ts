import * as tf from '@tensorflow/tfjs-core';

/** What a transposed convolution of volumes is to TensorFlow.js. */
const kernelName = 'Conv3DBackpropInputV2';

/** TensorFlow.js has no gradient of transposed convolutions of volumes, without which nothing before one can be trained. */
export function registerVolumeGradient(): void {
  if (tf.getGradient(kernelName) !== undefined) return;
  tf.registerGradient({
    kernelName,
    inputsToSave: ['dy', 'filter'],
    gradFunc: (upstream, saved, attributes) => {
      const dy = upstream as tf.Tensor5D;
      const [x, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
      const strides = attributes['strides'] as [number, number, number];
      const pad = attributes['pad'] as 'same' | 'valid';
      return {
        dy: () => tf.conv3d(dy, filter, strides, pad),
        // The input of the convolution whose transpose this is stands upstream.
        filter: () => {
          const filterShape = filter.shape;
          return tf
            .engine()
            .runKernel('Conv3DBackpropFilterV2', { x: dy, dy: x }, { strides, pad, filterShape });
        },
      };
    },
  });
}
