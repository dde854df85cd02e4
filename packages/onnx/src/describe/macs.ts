import { sizeOf } from '@lowbit/core/adapter';
import type { NodeProto } from '../schema/proto.js';
import { operatorOf } from '../operators/operators.js';
import type { Dimension } from '../model/value-shapes.js';
import type { WeightSite } from './weight-site.js';

type Shapes = ReadonlyMap<string, readonly Dimension[]>;

/**
 * Multiply-accumulate operations of one sample: output values × products of each. Known for convolutions and matrix
 * products whose weight is used directly and whose output shape the file tells; a first dimension that is not a
 * number is the batch and counts as 1.
 */
export function macsOf(node: NodeProto, site: WeightSite, shapes: Shapes): number | undefined {
  const direct = node.input.includes(site.source.name);
  const output = shapes.get(node.output[0] ?? '');
  const products = direct
    ? operatorOf(node)?.products?.({ ...site, dims: site.source.tensor.dims.map(Number) })
    : undefined;
  if (output === undefined || products === undefined) return undefined;
  const [first, ...rest] = output;
  const sizes = [typeof first === 'number' ? first : 1, ...rest];
  const known = sizes.every((size): size is number => typeof size === 'number' && size > 0);
  return known ? sizeOf(sizes) * products : undefined;
}
