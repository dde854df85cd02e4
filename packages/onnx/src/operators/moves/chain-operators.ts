import { concat, gather, same, split, transpose } from './moves.js';
import { reshape } from './reshape.js';
import { slice } from './slice.js';
import { squeeze, unsqueeze } from './squeeze.js';
import { hasReferences, integerAttribute } from '../../graph/attributes.js';
import { isFloatType } from '../../model/data-types.js';
import { domainName, standardDomain } from '../../model/model.js';
import type { NodeProto } from '../../schema/proto.js';
import type { ChainOperator } from './chain-operator.js';

/** Operators that a weight may pass between its constant and the operator that uses it. */
const operators: ReadonlyMap<string, ChainOperator> = new Map([
  ['Cast', same],
  ['Concat', concat],
  ['Gather', gather],
  ['Identity', same],
  ['Reshape', reshape],
  ['Slice', slice],
  ['Split', split],
  ['Squeeze', squeeze],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
]);

/** What the node does to a weight that passes it; `undefined` for nodes that a weight cannot pass. */
export function chainOperator(node: NodeProto): ChainOperator | undefined {
  if (domainName(node.domain) !== standardDomain || hasReferences(node)) return undefined;
  if (node.opType === 'Cast' && !isFloatType(integerAttribute(node, 'to', 0))) return undefined;
  return operators.get(node.opType);
}

/** Indices of the inputs that a weight can come from; the others are sizes, bounds and axes. */
export const dataInputs = (node: NodeProto): number[] =>
  node.opType === 'Concat' ? node.input.map((_, index) => index) : [0];
