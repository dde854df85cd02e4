import { dataInputs } from '../operators/moves/chain-operators.js';
import { type Definition, resolve } from '../graph/scope.js';

/** The definitions that a chain operator's data come from. */
export function chainInputs({ node, scope }: Definition & { kind: 'node' }): Definition[] {
  return dataInputs(node).flatMap((index) => resolve(scope, node.input[index] ?? '') ?? []);
}
