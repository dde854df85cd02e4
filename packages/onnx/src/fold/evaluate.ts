import { integerAttribute } from '../graph/attributes.js';
import { domainName, standardDomain } from '../model/model.js';
import { DataType } from '../schema/proto.js';
import { type ConstantValue, isFoldable } from '../graph/constant-value.js';
import { elementwise } from './elementwise.js';
import { moved, type ConstantCall } from './moved.js';

/** Operators that {@link evaluate} knows. */
export const evaluated: ReadonlySet<string> = new Set([
  'Identity',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Slice',
  'Gather',
  'Concat',
  'Split',
  'Cast',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Sqrt',
  'Neg',
]);

/**
 * The outputs of a standard operator on constants, or `undefined` where it is not known or does not fit. Floats are
 * rounded to float32 after each operation, as runtimes do.
 */
export function evaluate(call: ConstantCall): readonly ConstantValue[] | undefined {
  const { node, inputs } = call;
  if (domainName(node.domain) !== standardDomain || !evaluated.has(node.opType)) return undefined;
  const one =
    node.opType === 'Cast'
      ? cast(call)
      : elementwise(
          node.opType,
          inputs.flatMap((input) => input ?? []),
        );
  if (one !== undefined) return [one];
  const outputs = node.output.map((_, index) => moved(call, index));
  return outputs.every((output) => output !== undefined) ? outputs : undefined;
}

function cast({ node, inputs: [value] }: ConstantCall): ConstantValue | undefined {
  const type = integerAttribute(node, 'to', 0) as DataType;
  if (value === undefined || !isFoldable(type)) return undefined;
  if (type === DataType.FLOAT) return { ...value, type, values: Float32Array.from(value.values) };
  const values = Array.from(value.values, type === DataType.BOOL ? (one) => Number(one !== 0) : Math.trunc);
  const limit = type === DataType.INT32 ? 2 ** 31 : 2 ** 53;
  return values.every((one) => one >= -limit && one < limit) ? { ...value, type, values } : undefined;
}
