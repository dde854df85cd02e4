import { copyMessage, type GraphProto, type NodeProto, type TensorProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/versions.js';
import type { GraphPlace } from './editable-graph.js';
import type { GraphConstants } from './graph-constants.js';
import type { GraphLinks } from './graph-links.js';
import { makeNode } from './make-node.js';
import { nameNodes } from './name-nodes.js';

/** What a graph has become. */
interface GraphEdits {
  /** All nodes as they are now, those too that hold constants of the file. */
  readonly nodes: readonly NodeProto[];
  isConstantNode(node: NodeProto): boolean;
  readonly constants: GraphConstants;
  readonly links: GraphLinks;
  /** Whether a constant of the file was used before and is not any more. */
  isUnused(name: string): boolean;
  readonly stored: StoredConstants;
}

/** Where things are stored that take the place of constants of the file. */
export interface StoredConstants {
  /** Nodes in front of all others. */
  readonly first: NodeProto[];
  /** What stands in the place of initializers. */
  readonly initializers: Map<TensorProto, readonly TensorProto[]>;
  /** Initializers behind all others. */
  readonly added: TensorProto[];
}

/**
 * Writes changes into the graph, without the constants that nothing uses any more and what was known of values that
 * are gone.
 */
export function writeEdits(graph: GraphProto, { ir, keepsPlaces }: GraphPlace, edits: GraphEdits): void {
  const { constants, isUnused, isConstantNode, stored } = edits;
  const named = new Set(graph.node);
  writeInitializers(graph, edits);
  const nodes = edits.nodes
    .filter((node) => !isConstantNode(node) || !isUnused(node.output[0] as string))
    .map((node) => {
      const changed = isConstantNode(node) ? withTensor(node, constants) : node;
      // What stands in the place of a node of the file needs no more name than that had.
      if (named.has(node)) named.add(changed);
      return changed;
    });
  const added = constants.added().filter(({ name }) => edits.links.isUsed(name));
  const asNodes = ir < initializersStandAlone ? added.map(constantNode) : [];
  if (asNodes.length === 0) graph.initializer.push(...added);
  const isFirst = (node: NodeProto) => !keepsPlaces && isConstantNode(node);
  const others = nodes.filter((node) => !isFirst(node));
  graph.node = [...nodes.filter(isFirst), ...asNodes, ...stored.first, ...others];
  nameNodes(graph.node, named);
}

function writeInitializers(graph: GraphProto, { constants, links, isUnused, stored }: GraphEdits): void {
  const isGone = (tensor: TensorProto) => isUnused(tensor.name) || stored.initializers.has(tensor);
  const gone = new Set(graph.initializer.filter(isGone).map(({ name }) => name));
  const become = (tensor: TensorProto) =>
    stored.initializers.get(tensor) ??
    (gone.has(tensor.name) ? [] : [constants.changed(tensor.name) ?? tensor]);
  graph.initializer = graph.initializer.flatMap(become);
  graph.initializer.push(...stored.added);
  graph.input = graph.input.filter(({ name }) => !gone.has(name));
  const known = new Set([...links.produced(), ...graph.input.map(({ name }) => name), ...constants.names()]);
  graph.valueInfo = graph.valueInfo.filter(({ name }) => known.has(name));
}

function withTensor(node: NodeProto, { changed }: GraphConstants): NodeProto {
  const tensor = changed(node.output[0] as string);
  return tensor === undefined ? node : copyMessage(node, { attribute: constantNode(tensor).attribute });
}

function constantNode(tensor: TensorProto): NodeProto {
  return makeNode({ op: 'Constant', inputs: [], outputs: [tensor.name], attributes: { value: { tensor } } });
}
