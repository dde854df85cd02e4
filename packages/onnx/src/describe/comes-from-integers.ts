import { isFloatType } from '../read/data-types.js';
import { constantSource } from './constant-source.js';
import { resolve, type Definition } from './scope.js';
import { isQuantizedOperator } from './skip-reasons.js';

/** Operators that turn stored codes into floats, or move them. */
const decoding = new Set([
  'Add',
  'BitShift',
  'BitwiseAnd',
  'Cast',
  'Concat',
  'Gather',
  'Mul',
  'Reshape',
  'Slice',
  'Squeeze',
  'Sub',
  'Transpose',
  'Unsqueeze',
]);

const longestPath = 16;

/** Whether a value is decoded from a constant of integers, for instance by `Cast`, `Mul` and `Add`. */
export function comesFromIntegers(definition: Definition | undefined, steps = longestPath): boolean {
  if (definition === undefined || definition.kind !== 'node' || steps === 0) return false;
  const { node, scope } = definition;
  if (isQuantizedOperator(node)) return true;
  if (!decoding.has(node.opType)) return false;
  const input = resolve(scope, node.input[node.opType === 'Gather' ? 1 : 0] ?? '');
  const constant = input && constantSource(input);
  return constant === undefined
    ? comesFromIntegers(input, steps - 1)
    : !isFloatType(constant.tensor.dataType);
}
