import { bodyOf } from '../model/function-body.js';
import { subgraphsOf } from '../model/subgraphs.js';
import type { GraphProto, ModelProto, NodeProto } from '../schema/proto.js';

/** Every name of a value or node in a graph and its subgraphs. */
export function namesOf(graph: GraphProto): string[] {
  const names: string[] = [];
  addNames(graph, names);
  return names;
}

function addNames(
  { input, output, valueInfo, initializer, sparseInitializer, node }: GraphProto,
  names: string[],
): void {
  for (const values of [input, output, valueInfo, initializer])
    for (const { name } of values) names.push(name);
  for (const { values } of sparseInitializer) if (values !== undefined) names.push(values.name);
  for (const one of node) {
    names.push(one.name);
    for (const name of one.input) names.push(name);
    for (const name of one.output) names.push(name);
    for (const { graph } of subgraphsOf(one)) addNames(graph, names);
  }
}

/** Names of the values that must stay: outputs of the graph, and what its subgraphs use. */
export function heldNames(graph: GraphProto): Set<string> {
  const inner = graph.node.flatMap(subgraphsOf).flatMap(({ graph: body }) => [...usedNames(body)]);
  return new Set([...graph.output.map(({ name }) => name), ...inner]);
}

/** Names of values that the subgraphs of a node use, of whatever graph. */
export const usedInside = (node: NodeProto): readonly string[] =>
  subgraphsOf(node).flatMap(({ graph }) => [...usedNames(graph)]);

function* usedNames(graph: GraphProto): Iterable<string> {
  for (const { name } of graph.output) yield name;
  for (const node of graph.node) {
    yield* node.input;
    for (const { graph: body } of subgraphsOf(node)) yield* usedNames(body);
  }
}

/** A name that is not among those taken: `near`, or `near` with a number behind it; it is taken from then on. */
export function freeName(near: string, taken: Set<string>, sign = '_'): string {
  let name = near;
  for (let count = 2; taken.has(name); count++) name = `${near}${sign}${count}`;
  taken.add(name);
  return name;
}

/**
 * A prefix that no value or node of the graphs or their subgraphs begins with: the stem, or the stem with as many
 * underscores as it takes. Names made from it are unique, and the same for the same model.
 */
export const freePrefix = (graphs: readonly GraphProto[], stem: string): string =>
  prefixBeside(graphs.flatMap(namesOf), stem);

function prefixBeside(taken: readonly string[], stem: string): string {
  let prefix = stem;
  while (taken.some((name) => startsLike(name, prefix))) prefix += '_';
  return prefix;
}

/** What the names begin with that lowbit gives to what it adds to a model. */
interface OwnPrefixes {
  /** Of the constants and nodes that compute weights. */
  readonly weights: string;
  /** Of those that quantize activations. */
  readonly activations: string;
}

/** Prefixes that are free in a model. */
export function ownPrefixes({ graph, functions }: Pick<ModelProto, 'graph' | 'functions'>): OwnPrefixes {
  const taken = [graph as GraphProto, ...functions.map(bodyOf)].flatMap(namesOf);
  return { weights: prefixBeside(taken, 'q'), activations: prefixBeside(taken, 'a') };
}

/** Whether a name is one that was made from this prefix. */
export const isOwnName = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) && /^\d*\./.test(name.slice(prefix.length));

/** Our names go on with a digit or a dot after the prefix. */
function startsLike(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^[\d.]/.test(name.slice(prefix.length));
}
