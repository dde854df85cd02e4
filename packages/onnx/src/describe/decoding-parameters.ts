import { constantSource } from '../graph/constant-source.js';
import { originOf, type Origin } from './origin.js';
import { type Definition, resolve, type Scope } from '../graph/scope.js';

/** Operators that apply a parameter to codes. */
const applying = new Set(['Add', 'Div', 'Mul', 'Sub']);

/**
 * The constants of a graph that decode stored codes: scales, offsets and zero points, also where they are gathered for
 * each group, or for the rows that are asked for.
 */
export function decodingParameters(scope: Scope): ReadonlySet<Definition> {
  const found = new Set<Definition>();
  for (const { opType, input } of scope.graph.node) {
    if (!applying.has(opType) || input.length !== 2) continue;
    const operands = input.map((name) => resolve(scope, name));
    const origins = operands.map((operand) => originOf(operand));
    const [one, other] = origins;
    if (decodes(one, other) || decodes(other, one))
      operands.forEach((operand) => addConstants(operand, found));
  }
  return found;
}

/** Whether one operand holds codes and the other parameters for all of them, or for the same rows. */
const decodes = (codes: Origin | undefined, parameters: Origin | undefined): boolean =>
  codes?.integers === true &&
  parameters !== undefined &&
  (parameters.rows === undefined || parameters.rows === codes.rows);

/** The constants that a value with an origin is made of. */
function addConstants(definition: Definition | undefined, found: Set<Definition>): void {
  const pending = [definition];
  const seen = new Set<Definition>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next) || found.has(next)) continue;
    seen.add(next);
    if (constantSource(next) !== undefined) found.add(next);
    else if (next.kind === 'node') {
      const { node, scope } = next;
      for (const name of node.input) {
        const input = resolve(scope, name);
        if (originOf(input) !== undefined) pending.push(input);
      }
    }
  }
}
