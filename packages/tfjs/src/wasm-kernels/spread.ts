import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Geometry } from './geometry.js';
import type { Steps } from './steps.js';

/**
 * The upstream gradient as the transposed convolution takes it: stride − 1 zeros between its rows and columns, and a border such
 * that sliding the turned kernel over it with stride 1 gives the shape of the input.
 *
 * @param dy `[batch, out height, out width, channels]`
 */
export function spread(steps: Steps, dy: TensorInfo, geometry: Geometry): TensorInfo {
  const { batch, output, stride, kernel, before, input } = geometry;
  const channels = dy.shape[3] as number;
  const [tall, wide] = stride;
  const parted = steps.reshape(dy, [batch, output[0], 1, output[1], 1, channels]);
  const zeros = [
    [0, 0],
    [0, 0],
    [0, tall - 1],
    [0, 0],
    [0, wide - 1],
    [0, 0],
  ] as const;
  const apart =
    tall === 1 && wide === 1
      ? dy
      : steps.reshape(steps.pad(parted, zeros), [batch, output[0] * tall, output[1] * wide, channels]);
  const border = ([0, 1] as const).map((axis): [number, number] => {
    const first = kernel[axis] - 1 - before[axis];
    const size = output[axis] * stride[axis];
    return [first, input[axis] + kernel[axis] - 1 - first - size];
  });
  return steps.pad(apart, [[0, 0], border[0] as [number, number], border[1] as [number, number], [0, 0]]);
}
