import { defined } from '@lowbit/core/adapter';
import { domainName, standardDomain } from '../model/model.js';
import type { GraphProto, NodeProto, TensorProto } from '../schema/proto.js';

/** Where a value comes from. */
export type Definition = { readonly scope: Scope; readonly name: string } & (
  | { readonly kind: 'input' | 'sparse' }
  | { readonly kind: 'initializer'; readonly tensor: TensorProto }
  | { readonly kind: 'node'; readonly node: NodeProto; readonly output: number }
);

/** The values of one graph, and the graph around it. */
export interface Scope {
  readonly graph: GraphProto;
  /** Id of the node and attribute that hold the graph, ending in `/`; empty for the main graph. */
  readonly path: string;
  readonly parent?: Scope;
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Names of the graph's inputs and outputs. */
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

/** @param unread Initializers in whose place a value around the graph is used. */
export function makeScope(
  graph: GraphProto,
  path: string,
  parent?: Scope,
  unread?: ReadonlySet<TensorProto>,
): Scope {
  const definitions = new Map<string, Definition>();
  const scope: Scope = {
    graph,
    path,
    ...defined({ parent }),
    definitions,
    inputs: new Set(graph.input.map(({ name }) => name)),
    outputs: new Set(graph.output.map(({ name }) => name)),
  };
  for (const name of scope.inputs) definitions.set(name, { scope, name, kind: 'input' });
  for (const { values } of graph.sparseInitializer) {
    const name = values?.name ?? '';
    definitions.set(name, { scope, name, kind: 'sparse' });
  }
  for (const tensor of graph.initializer) {
    if (unread?.has(tensor)) continue;
    definitions.set(tensor.name, { scope, name: tensor.name, kind: 'initializer', tensor });
  }
  for (const node of graph.node) {
    node.output.forEach((name, output) => definitions.set(name, { scope, name, kind: 'node', node, output }));
  }
  definitions.delete('');
  return scope;
}

/** What a name means in a scope: the innermost definition wins. */
export function resolve(scope: Scope, name: string): Definition | undefined {
  const here = scope.definitions.get(name);
  return here ?? (scope.parent === undefined ? undefined : resolve(scope.parent, name));
}

/** Whether a node is the standard operator of this name. */
export const isStandard = (node: NodeProto, op: string): boolean =>
  node.opType === op && domainName(node.domain) === standardDomain;
