import { integerAttribute, integersAttribute } from '../attributes.js';
import { fromFront, keepsAxes, type ChainOperator } from './chain-operator.js';

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
