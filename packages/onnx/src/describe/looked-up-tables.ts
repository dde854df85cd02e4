import { originOf } from './origin.js';
import { constantSource } from '../graph/constant-source.js';
import { type Definition, isStandard, resolve, type Scope } from '../graph/scope.js';

/** What the `Gather` nodes of a graph take rows of by indices that are known at run time alone. */
export function lookedUpTables(scope: Scope): Definition[] {
  return scope.graph.node.flatMap((node) => {
    const constant = !isStandard(node, 'Gather') || hasConstantRows(node.input[1] ?? '', scope);
    const table = constant ? undefined : resolve(scope, node.input[0] ?? '');
    return table === undefined ? [] : [table];
  });
}

/** Whether indices are constants, or computed from constants: positions that are cut to a length of the inputs are not. */
export function hasConstantRows(indices: string, scope: Scope): boolean {
  const definition = resolve(scope, indices);
  const origin = originOf(definition);
  return origin !== undefined && origin.rows === undefined && isFixed(definition);
}

const fixed = new WeakMap<Definition, boolean>();

/** Whether nothing but constants takes part in a value, and in its shape. */
function isFixed(definition: Definition | undefined): boolean {
  if (definition === undefined) return false;
  const known = fixed.get(definition);
  if (known !== undefined) return known;
  fixed.set(definition, false);
  const isConstant = constantSource(definition) !== undefined;
  const found = isConstant || (definition.kind === 'node' && takesFixed(definition));
  fixed.set(definition, found);
  return found;
}

const takesFixed = ({ node, scope }: Definition & { readonly kind: 'node' }): boolean =>
  node.input.every((name) => name === '' || isFixed(resolve(scope, name)));
