import { integerAttribute, integersAttribute } from '../../graph/attributes.js';
import { type ChainOperator, fromFront, keepsAxes, sameAxis } from './chain-operator.js';

/** `Identity`, and `Cast` between float types. */
export const same: ChainOperator = ({ shapes: [shape = []] }) => keepsAxes(shape, true);

/** Output axis i is input axis perm[i]; without `perm` the axes are reversed. */
export const transpose: ChainOperator = ({ node, shapes: [shape = []] }) => {
  const reversed = shape.map((_, axis) => shape.length - 1 - axis);
  const order = integersAttribute(node, 'perm') ?? reversed;
  const complete = order.length === shape.length && reversed.every((axis) => order.includes(axis));
  if (!complete) return undefined;
  return { shape: order.map((axis) => shape[axis] as number), links: order.map(sameAxis), keepsOrder: false };
};

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

/** More parts than this no exporter writes, and each of them looks at all. */
const mostParts = 1024;

/** Sizes are an attribute up to opset 12 and an input from 13; without them the parts are equal, the last may be short. */
export const split: ChainOperator = ({ node, shapes: [shape = []], output, integers }) => {
  const axis = fromFront(integerAttribute(node, 'axis', 0), shape.length);
  if (axis === undefined || node.output.length > mostParts) return undefined;
  const size = shape[axis] as number;
  const sizes = integersAttribute(node, 'split') ?? integers(1) ?? equalParts(size, node.output.length);
  const part = sizes[output];
  if (part === undefined || sizes.some((one) => one < 0)) return undefined;
  if (sizes.reduce((sum, one) => sum + one, 0) !== size) return undefined;
  return keepsAxes(shape.map((whole, i) => (i === axis ? part : whole)));
};

function equalParts(size: number, count: number): number[] {
  const each = Math.ceil(size / count);
  return Array.from({ length: count }, (_, index) => Math.max(0, Math.min(each, size - index * each)));
}

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
