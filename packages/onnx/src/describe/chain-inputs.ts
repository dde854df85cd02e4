import { dataInputs } from './chain/chain-operators.js';
import { resolve, type Definition } from './scope.js';

/** The definitions that a chain operator's data come from. */
export function chainInputs({ node, scope }: Definition & { kind: 'node' }): Definition[] {
  return dataInputs(node).flatMap((index) => resolve(scope, node.input[index] ?? '') ?? []);
}
