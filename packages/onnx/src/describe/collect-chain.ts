import { nodeLabel } from '../model/node-label.js';
import { chainOperator } from '../operators/moves/chain-operators.js';
import { chainInputs } from './chain-inputs.js';
import { constantIntegers } from '../graph/constant-integers.js';
import { constantSource } from '../graph/constant-source.js';
import { comesFromIntegers } from './origin.js';
import { type Definition, isStandard } from '../graph/scope.js';
import { madeOfConstants } from './made-of-constants.js';
import { skipReasons } from './skip-reasons.js';

const mostDefinitions = 64;

/**
 * Everything between a weight and its constants, inputs before their users, the weight last; or the reason why it
 * is not made of constants alone, or one of them is an output, which is told only of constants.
 *
 * @param ir Of the file.
 */
export function collectChain(weight: Definition, ir: number): Definition[] | { reason: string } {
  const order: Definition[] = [];
  const seen = new Set<Definition>();
  let isOutput = false;
  const pending: { definition: Definition; ready: boolean }[] = [{ definition: weight, ready: false }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { definition, ready } = next;
    if (ready) order.push(definition);
    if (ready || seen.has(definition)) continue;
    seen.add(definition);
    if (seen.size > mostDefinitions) return { reason: skipReasons.longChain };
    const reason = obstacle(definition, ir);
    if (reason !== undefined) return { reason };
    isOutput ||= definition.scope.outputs.has(definition.name);
    pending.push({ definition, ready: true });
    if (definition.kind !== 'node' || constantSource(definition) !== undefined) continue;
    for (const input of chainInputs(definition).reverse()) pending.push({ definition: input, ready: false });
  }
  return isOutput ? { reason: skipReasons.isOutput } : order;
}

/** Why a weight cannot come from or through this definition. */
function obstacle(definition: Definition, ir: number): string | undefined {
  const { scope } = definition;
  if (definition.kind === 'sparse') return skipReasons.sparse;
  if (definition.kind === 'input') {
    return scope.parent === undefined ? skipReasons.given : skipReasons.computed('the graph around it');
  }
  if (constantSource(definition) !== undefined || definition.kind !== 'node') return undefined;
  const { node } = definition;
  const isSparse = isStandard(node, 'Constant') && node.attribute.some(({ name }) => name === 'sparse_value');
  if (isSparse) return skipReasons.sparse;
  const passes = isStandard(node, 'Gather') ? selects(definition) : chainOperator(node) !== undefined;
  if (passes) return undefined;
  if (comesFromIntegers(definition)) return skipReasons.quantized;
  return madeOfConstants(definition, ir) ?? skipReasons.computed(nodeLabel(node));
}

/** Whether a `Gather` takes each place of a constant at most once: otherwise the constant is a codebook. */
function selects({ node, scope }: Definition & { kind: 'node' }): boolean {
  const indices = constantIntegers(scope, node.input[1] ?? '');
  return indices !== undefined && new Set(indices).size === indices.length;
}
