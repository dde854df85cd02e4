import type { ObservedInputs } from '../calibration/input-statistics.js';
import { inputMean, type InputMoments } from '../calibration/moments.js';
import type { WeightDescriptor } from '../contract/descriptors.js';
import { sizeOf } from '../scheme/shape.js';
import { sliceLayout } from '../scheme/slicing.js';

/**
 * Part of the mean over all inputs that is added to each, as one that was hardly seen may be met yet: a hundredth, and more where few rows
 * were seen, since the relative variance of a mean square over n of them is about 2 / n.
 */
const damping = ({ count }: InputMoments): number => Math.max(0.01, 2 / Math.max(1, count));

/**
 * What the squared error of each value of a weight does to the outputs of its layer, row-major: the diagonal of the Gram matrix, the mean
 * square of the input that the value is multiplied with. `undefined` where all inputs were 0, or alike where their mean is taken off.
 *
 * @param centred Whether the bias of the layer takes off what errors add on average: the variance then.
 */
export function importanceOf(
  { shape, outputAxes }: Pick<WeightDescriptor, 'shape' | 'outputAxes'>,
  { groups }: ObservedInputs,
  centred: boolean,
): Float32Array | undefined {
  const matrix = sliceLayout(shape, { axes: outputAxes });
  const importance = new Float32Array(sizeOf(shape));
  let isKnown = false;
  for (const [g, { seen }] of groups.entries()) {
    const squares = meanSquares(seen, centred);
    const least = (damping(seen) * squares.reduce((sum, square) => sum + square, 0)) / squares.length;
    const own = squares.map((square) => square + least);
    isKnown ||= least > 0;
    const end = ((g + 1) * importance.length) / groups.length;
    for (let at = (g * importance.length) / groups.length; at < end; at += own.length)
      importance.set(own, at);
  }
  return isKnown ? matrix.fromSliceMajor(importance) : undefined;
}

/** E[xᵢ²], or E[(xᵢ − μᵢ)²]. */
function meanSquares(moments: InputMoments, centred: boolean): Float32Array {
  const { inputs, count, products } = moments;
  const mean = inputMean(moments);
  let at = 0;
  return mean.map((own, i) => {
    const square = (products[at] as number) / Math.max(1, count);
    at += inputs - i;
    return Math.max(0, centred ? square - own * own : square);
  });
}
