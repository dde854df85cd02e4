import { integerAttribute } from '../attributes.js';
import { fromFront, keepsAxes, type ChainOperator } from './chain-operator.js';

export const concat: ChainOperator = ({ node, shapes }) => {
  const [first = []] = shapes;
  const axis = fromFront(integerAttribute(node, 'axis', 0), first.length);
  const fits = shapes.every(
    (shape) => shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]),
  );
  if (axis === undefined || !fits) return undefined;
  const total = shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0);
  return keepsAxes(first.map((size, i) => (i === axis ? total : size)));
};
