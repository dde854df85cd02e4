import type { ConstantType, ConstantValue } from '../../graph/constant-value.js';
import type { NodeProto } from '../../schema/proto.js';

/** A node whose inputs are all constant. Inputs are read when they are asked for; those that are left out are `undefined`. */
export interface ConstantCall {
  readonly node: NodeProto;
  readonly opset: number;
  type(input: number): ConstantType | undefined;
  value(input: number): ConstantValue | undefined;
  /** The integers of a short input that holds sizes, axes or bounds. */
  integers(input: number): readonly number[] | undefined;
}

/** Where constants are looked up by name. */
export interface ConstantsByName {
  type(name: string): ConstantType | undefined;
  value(name: string): ConstantValue | undefined;
  list(name: string): readonly number[] | undefined;
}

export function constantCall(node: NodeProto, opset: number, constants: ConstantsByName): ConstantCall {
  const at = (input: number) => node.input[input] ?? '';
  return {
    node,
    opset,
    type: (input) => constants.type(at(input)),
    value: (input) => constants.value(at(input)),
    integers: (input) => constants.list(at(input)),
  };
}

/**
 * A standard operator with one output on constants. Floats are rounded to their type after each operation, as runtimes do; integers are
 * exact.
 */
export interface ConstantOperator {
  /** The dimensions of what it gives, found without computing it: a small file can ask for more than memory holds. */
  readonly dims: (call: ConstantCall) => readonly number[] | undefined;
  /** `undefined` where types, shapes or attributes are not computed with. */
  readonly compute: (call: ConstantCall, dims: readonly number[]) => ConstantValue | undefined;
}
