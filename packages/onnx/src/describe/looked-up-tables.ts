import { originOf } from './origin.js';
import { type Definition, isStandard, resolve, type Scope } from '../graph/scope.js';

/** What the `Gather` nodes of a graph take rows of by indices that are known at run time alone. */
export function lookedUpTables(scope: Scope): Definition[] {
  return scope.graph.node.flatMap((node) => {
    const constant = !isStandard(node, 'Gather') || hasConstantRows(node.input[1] ?? '', scope);
    const table = constant ? undefined : resolve(scope, node.input[0] ?? '');
    return table === undefined ? [] : [table];
  });
}

/** Whether indices are constants, or computed from constants. */
export function hasConstantRows(indices: string, scope: Scope): boolean {
  const origin = originOf(resolve(scope, indices));
  return origin !== undefined && origin.rows === undefined;
}
