import { LowbitError } from '@lowbit/core';
import { checkFunctions } from './check-functions.js';
import type { GraphProto, ModelProto, NodeProto } from '../schema/proto.js';
import { bodyOf } from './function-body.js';
import { nodeLabel, quoted } from './node-label.js';
import { sortNodes } from './sort-nodes.js';
import { subgraphsOf } from './subgraphs.js';

const remedy = 'Check the model with the onnx package (`onnx.checker`), and export it again.';

/** The nodes of each graph of a model, those inside others and the bodies of functions too, in an order in which they can run. */
export type GraphOrder = ReadonlyMap<GraphProto, readonly NodeProto[]>;

const invalid = (where: string, expected: string, received: string): LowbitError =>
  new LowbitError({ code: 'graph-invalid', where, expected, received, remedy });

/**
 * Checks that the main graph and the graphs inside it are well formed: every value is defined once, everything
 * that is used is defined there or in a graph around it, and nothing depends on itself. Nodes need not be sorted, and there may be
 * none. The bodies of the model's functions are checked like graphs, and the calls of functions too.
 *
 * @throws LowbitError `graph-invalid`, `graph-cyclic`.
 */
export function checkGraph(model: ModelProto, where: string): GraphOrder {
  const { graph } = model;
  if (graph === undefined) throw invalid(where, 'a graph', 'none');
  const order = new Map<GraphProto, readonly NodeProto[]>();
  checkClosed(graph, where, order);
  for (const fn of model.functions) checkClosed(bodyOf(fn), `${where}: function ${quoted(fn.name)}`, order);
  checkFunctions(model, where);
  return order;
}

/** Checks a graph that nothing lies around. */
function checkClosed(graph: GraphProto, where: string, order: Map<GraphProto, readonly NodeProto[]>): void {
  const [missing] = checkScope(graph, where, order);
  if (missing === undefined) return;
  const [name, user] = missing;
  const received = `${user === null ? 'an output of a graph' : nodeLabel(user)} uses it, and nothing defines it`;
  throw invalid(where, `a definition of the value ${quoted(name)}`, received);
}

/**
 * Checks one graph and those inside it.
 *
 * @returns The values that it uses from the graphs around it, with a user of each: a node, or `null` for an output.
 */
function checkScope(
  graph: GraphProto,
  where: string,
  order: Map<GraphProto, readonly NodeProto[]>,
): Map<string, NodeProto | null> {
  const defined = definitions(graph, where);
  const captured = new Map<NodeProto, readonly string[]>();
  const free = new Map<string, NodeProto | null>();
  const use = (name: string, user: NodeProto | null): void => {
    if (name !== '' && !defined.has(name)) free.set(name, user);
  };
  for (const node of graph.node) {
    for (const name of node.input) use(name, node);
    const inner = subgraphsOf(node).flatMap(({ graph: body }) => [...checkScope(body, where, order)]);
    for (const [name, user] of inner) use(name, user);
    if (inner.length > 0) captured.set(node, [...new Map(inner).keys()]);
  }
  for (const { name } of graph.output) use(name, null);
  order.set(graph, sortNodes(graph, where, captured));
  return free;
}

/** Names of the values that a graph defines. An initializer may give an input its default. */
function definitions(graph: GraphProto, where: string): Set<string> {
  const defined = new Set<string>();
  const define = (name: string, by: string | NodeProto): void => {
    if (defined.has(name)) throw repeated(name, by, where);
    defined.add(name);
  };
  for (const { name } of graph.initializer) define(name, 'an initializer');
  for (const { values } of graph.sparseInitializer) define(values?.name ?? '', 'a sparse initializer');
  const constants = new Set(defined);
  for (const { name } of graph.input) {
    if (!constants.delete(name)) define(name, 'an input of the graph');
  }
  for (const node of graph.node) {
    for (const name of node.output) if (name !== '') define(name, node);
  }
  return defined;
}

function repeated(name: string, by: string | NodeProto, where: string): LowbitError {
  const received = `another one by ${typeof by === 'string' ? by : nodeLabel(by)}`;
  return invalid(where, `one definition of the value ${quoted(name)}`, received);
}
