import { sizeOf } from '@lowbit/core/adapter';
import { integerAttribute } from '../graph/attributes.js';
import type { NodeProto } from '../schema/proto.js';
import { operatorOf } from '../operators/operators.js';
import type { Dimension } from '../model/value-shapes.js';
import type { WeightSite } from './weight-site.js';

/** What is known of the shape of a value, with so many samples where a file leaves that open; default 1. */
export type ShapeOf = (name: string, samples?: number) => readonly Dimension[] | undefined;

const recurrent = new Set(['GRU', 'LSTM', 'RNN']);

/**
 * Multiply-accumulate operations of one sample: output values × products of each, and of a recurrent layer its matrices in each step. Known
 * for layers whose weight is used directly and where a shape is known; a first dimension that is not a number is the batch and
 * counts as 1.
 */
export function macsOf(
  node: NodeProto,
  weights: readonly WeightSite[],
  shapeOf: ShapeOf,
): number | undefined {
  const [site] = weights;
  if (site === undefined || !node.input.includes(site.source.name)) return undefined;
  if (recurrent.has(node.opType)) return recurrentMacs(node, weights, shapeOf);
  const dims = site.source.tensor.dims.map(Number);
  // A transposed convolution multiplies each value of its input with the window of one of its channels.
  const isSpread = node.opType === 'ConvTranspose';
  const products = isSpread ? sizeOf(dims.slice(1)) : operatorOf(node)?.products?.({ ...site, dims });
  if (products === undefined) return undefined;
  const [first, ...rest] = shapeOf((isSpread ? node.input[0] : node.output[0]) ?? '') ?? [null, null];
  const sizes = [typeof first === 'number' ? first : 1, ...rest];
  const known = sizes.every((size): size is number => typeof size === 'number' && size > 0);
  return known ? sizeOf(sizes) * products : undefined;
}

/** Each value of the matrices is multiplied once in a step. Steps are not samples: where these are the same axis nothing is known. */
function recurrentMacs(
  node: NodeProto,
  weights: readonly WeightSite[],
  shapeOf: ShapeOf,
): number | undefined {
  const axis = integerAttribute(node, 'layout', 0) === 1 ? 1 : 0;
  const [steps, others] = [1, 2].map((samples) => shapeOf(node.input[0] ?? '', samples)?.[axis]);
  return typeof steps === 'number' && steps > 0 && steps === others
    ? steps * weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    : undefined;
}
