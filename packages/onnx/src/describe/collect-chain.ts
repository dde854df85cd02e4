import { nodeLabel } from '../read/node-label.js';
import { chainOperator } from './chain/chain-operators.js';
import { chainInputs } from './chain-inputs.js';
import { comesFromIntegers } from './comes-from-integers.js';
import { constantSource } from './constant-source.js';
import type { Definition } from './scope.js';
import { isQuantizedOperator, skipReasons } from './skip-reasons.js';

const mostDefinitions = 64;

/**
 * Everything between a weight and its constants, inputs before their users, the weight last; or the reason why it
 * is not made of constants alone.
 */
export function collectChain(weight: Definition): Definition[] | { reason: string } {
  const order: Definition[] = [];
  const seen = new Set<Definition>();
  const pending: { definition: Definition; ready: boolean }[] = [{ definition: weight, ready: false }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { definition, ready } = next;
    if (ready) order.push(definition);
    if (ready || seen.has(definition)) continue;
    seen.add(definition);
    if (seen.size > mostDefinitions) return { reason: skipReasons.longChain };
    const reason = obstacle(definition);
    if (reason !== undefined) return { reason };
    pending.push({ definition, ready: true });
    if (definition.kind !== 'node' || constantSource(definition) !== undefined) continue;
    for (const input of chainInputs(definition).reverse()) pending.push({ definition: input, ready: false });
  }
  return order;
}

/** Why a weight cannot come from or through this definition. */
function obstacle(definition: Definition): string | undefined {
  const { scope, name } = definition;
  if (definition.kind === 'sparse') return skipReasons.sparse;
  if (definition.kind === 'input') {
    return scope.parent === undefined ? skipReasons.given : skipReasons.computed('the graph around it');
  }
  if (scope.outputs.has(name)) return skipReasons.isOutput;
  if (constantSource(definition) !== undefined || definition.kind !== 'node') return undefined;
  const { node } = definition;
  if (chainOperator(node) !== undefined) return undefined;
  const quantized = isQuantizedOperator(node) || comesFromIntegers(definition);
  return quantized ? skipReasons.quantized : skipReasons.computed(nodeLabel(node));
}
