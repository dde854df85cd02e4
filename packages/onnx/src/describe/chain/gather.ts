import { integerAttribute } from '../attributes.js';
import { fromFront, sameAxis, type ChainOperator } from './chain-operator.js';

/** Takes the places of one axis that constant indices of any shape name, counted from the end when negative. */
export const gather: ChainOperator = ({ node, shapes: [shape = []], integers, listShape }) => {
  const axis = fromFront(integerAttribute(node, 'axis', 0), shape.length);
  const [indices, dims] = [integers(1), listShape(1)];
  if (axis === undefined || indices === undefined || dims === undefined) return undefined;
  const size = shape[axis] as number;
  if (indices.some((index) => index < -size || index >= size)) return undefined;
  const axes = shape.map((_, at) => at);
  const taken = dims.map(() => ({ axes: [axis], exact: dims.length === 1 }));
  return {
    shape: [...shape.slice(0, axis), ...dims, ...shape.slice(axis + 1)],
    links: [...axes.slice(0, axis).map(sameAxis), ...taken, ...axes.slice(axis + 1).map(sameAxis)],
    keepsOrder: false,
  };
};
