import { integerAttribute } from '../graph/attributes.js';
import { constantSource } from '../graph/constant-source.js';
import { type Definition, isStandard } from '../graph/scope.js';
import { DataType } from '../schema/proto.js';
import { chainInputs } from './chain-inputs.js';

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
