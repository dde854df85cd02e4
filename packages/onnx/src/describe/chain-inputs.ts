import { integerAttribute } from '../graph/attributes.js';
import { constantSource } from '../graph/constant-source.js';
import { type Definition, isStandard, resolve } from '../graph/scope.js';
import { dataInputs } from '../operators/moves/chain-operators.js';
import { DataType } from '../schema/proto.js';

/** The definitions that a chain operator's data come from. */
export function chainInputs({ node, scope }: Definition & { kind: 'node' }): Definition[] {
  return dataInputs(node).flatMap((index) => resolve(scope, node.input[index] ?? '') ?? []);
}

/** The element type of a value that operators move or cast from constants: that of the last `Cast`, or of the constant. */
export function typeAtUse(value: Definition | undefined): number {
  for (let next = value; next !== undefined;) {
    const source = constantSource(next);
    if (source !== undefined) return source.tensor.dataType;
    if (next.kind !== 'node') break;
    if (isStandard(next.node, 'Cast')) return integerAttribute(next.node, 'to', DataType.UNDEFINED);
    [next] = chainInputs(next);
  }
  return DataType.UNDEFINED;
}
