import { integersAttribute } from '../attributes.js';
import { sameAxis, type ChainOperator } from './chain-operator.js';

/** Output axis i is input axis perm[i]; without `perm` the axes are reversed. */
export const transpose: ChainOperator = ({ node, shapes: [shape = []] }) => {
  const reversed = shape.map((_, axis) => shape.length - 1 - axis);
  const order = integersAttribute(node, 'perm') ?? reversed;
  const complete = order.length === shape.length && reversed.every((axis) => order.includes(axis));
  if (!complete) return undefined;
  return { shape: order.map((axis) => shape[axis] as number), links: order.map(sameAxis), keepsOrder: false };
};
