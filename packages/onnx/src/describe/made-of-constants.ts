import { isEvaluated } from '../fold/evaluate/evaluate.js';
import { constantSource } from '../graph/constant-source.js';
import { type Definition, resolve } from '../graph/scope.js';
import { nodeLabel } from '../model/node-label.js';
import type { NodeProto } from '../schema/proto.js';
import { isOverridable } from './overridable.js';
import { skipReasons } from './skip-reasons.js';

/** More operators than this lie between no constants and a weight. */
const mostNodes = 256;

/** Operators that give something else on each run. */
const random = /^(Random|Bernoulli$|Multinomial$)/;

/** Values in which more than constants take part: the way back from one that follows ends there. */
const computed = new WeakSet<Definition>();

/**
 * Why a weight that a node computes of constants alone was not made one beforehand; `undefined` where anything but constants takes
 * part.
 *
 * @param ir Of the file.
 */
export function madeOfConstants(weight: Definition & { kind: 'node' }, ir: number): string | undefined {
  const reason = reasonOf(weight, ir);
  if (reason === undefined) computed.add(weight);
  return reason;
}

function reasonOf(weight: Definition & { kind: 'node' }, ir: number): string | undefined {
  let mayBeReplaced = false;
  const unknown: NodeProto[] = [];
  const seen = new Set<NodeProto>();
  const pending: Definition[] = [weight];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (constantSource(next) !== undefined) {
      mayBeReplaced ||= isOverridable(next, ir);
      continue;
    }
    if (next.kind !== 'node' || next.node.input.length === 0 || computed.has(next)) return undefined;
    const { node, scope } = next;
    if (seen.has(node)) continue;
    seen.add(node);
    if (seen.size > mostNodes || random.test(node.opType) || node.attribute.some(({ g }) => g !== undefined))
      return undefined;
    if (!isEvaluated(node)) unknown.push(node);
    const inputs = node.input.filter((name) => name !== '').map((name) => resolve(scope, name));
    if (!inputs.every((input) => input !== undefined)) return undefined;
    pending.push(...inputs);
  }
  const [first] = unknown;
  const label = nodeLabel(weight.node);
  if (first === undefined && mayBeReplaced) return skipReasons.overridable;
  return first === undefined
    ? skipReasons.largerThanConstants(label)
    : skipReasons.unknownStep(label, first.opType);
}
