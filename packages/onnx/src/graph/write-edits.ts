import { copyMessage, type GraphProto, type NodeProto, type TensorProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/versions.js';
import type { GraphConstants } from './graph-constants.js';
import type { GraphLinks } from './graph-links.js';
import { makeNode } from './make-node.js';
import { nameNodes } from './name-nodes.js';

/** What a graph has become. */
interface GraphEdits {
  /** `Constant` nodes of the file. */
  readonly constantNodes: readonly NodeProto[];
  /** All other nodes as they are now. */
  readonly nodes: readonly NodeProto[];
  readonly constants: GraphConstants;
  readonly links: GraphLinks;
  /** Whether a constant of the file was used before and is not any more. */
  isUnused(name: string): boolean;
}

/**
 * Writes changes into the graph, without the constants that nothing uses any more and what was known of values that
 * are gone.
 *
 * @param ir The file's IR version.
 */
export function writeEdits(graph: GraphProto, edits: GraphEdits, ir: number): void {
  const { constants, links, nodes, isUnused } = edits;
  const dropped = new Set(graph.initializer.flatMap(({ name }) => (isUnused(name) ? [name] : [])));
  graph.initializer = graph.initializer
    .filter(({ name }) => !dropped.has(name))
    .map((tensor) => constants.changed(tensor.name) ?? tensor);
  graph.input = graph.input.filter(({ name }) => !dropped.has(name));
  const constantNodes = edits.constantNodes
    .filter(({ output }) => !isUnused(output[0] as string))
    .map((node) => withTensor(node, constants.changed(node.output[0] as string)));
  const added = constants.added().filter(({ name }) => links.isUsed(name));
  const asNodes = ir < initializersStandAlone ? added.map(constantNode) : [];
  if (asNodes.length === 0) graph.initializer.push(...added);
  const known = new Set([...links.produced(), ...graph.input.map(({ name }) => name), ...constants.names()]);
  graph.valueInfo = graph.valueInfo.filter(({ name }) => known.has(name));
  const named = new Set(graph.node);
  graph.node = [...constantNodes, ...asNodes, ...nodes];
  nameNodes(graph.node, named);
}

function withTensor(node: NodeProto, tensor: TensorProto | undefined): NodeProto {
  return tensor === undefined ? node : copyMessage(node, { attribute: constantNode(tensor).attribute });
}

function constantNode(tensor: TensorProto): NodeProto {
  return makeNode({ op: 'Constant', inputs: [], outputs: [tensor.name], attributes: { value: { tensor } } });
}
