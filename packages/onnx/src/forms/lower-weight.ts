import type { QuantizedTensor } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import type { ConstantSource } from '../graph/constant-source.js';
import { keepDocs } from '../graph/keep-words.js';
import type { PlacedConstants } from '../graph/placed-constants.js';
import { storedBytes, type GraphParts } from '../graph/stored-bytes.js';
import { isExternal, tensorBytes } from '../model/tensor-data.js';
import type { NodeProto, TensorProto } from '../schema/proto.js';
import type { Optimize, Target } from '../target/target.js';
import { fragment, type Fragment } from './fragment.js';
import { lower, type Lowered } from './lower.js';
import type { SharedConstants } from './shared-constants.js';

/** A weight in the form that was chosen for it, not yet part of its graph. */
interface LoweredWeight extends Lowered {
  readonly added: Fragment;
  /** Small constants among those of the fragment that its graph does not have yet. */
  readonly news: readonly TensorProto[];
  /** What it would take the place of. */
  readonly removed: GraphParts;
  /** Bytes in the file of what is there now, and of what would be. */
  readonly before: number;
  readonly bytes: number;
  /** Of those that would be, those of codes and parameters. */
  readonly valueBytes: number;
}

/** Where the parts of a weight would go. */
interface WeightPlace {
  /** What all names begin with. */
  readonly prefix: string;
  /** The small constants of its graph. */
  readonly shared: SharedConstants;
  /** How constants are stored in the place of another one. */
  readonly placed: (source: ConstantSource, constants: readonly TensorProto[]) => PlacedConstants;
}

/** Lowers a weight and names what is added. The graph stays as it is. */
export function lowerWeight(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  optimize: Optimize,
  { prefix, shared, placed }: WeightPlace,
): LoweredWeight {
  const { id, source } = site;
  const added = fragment(prefix, shared);
  const lowered = lower(added, site, tensor, target, optimize);
  const made = [...lowered.others.values()].flat();
  keepSourceWords(source, added);
  nameNodes(made, prefix);
  const removed = replacedParts(source);
  const outside = isExternal(source.tensor) ? tensorBytes(source.tensor, id) : 0;
  const users = [...lowered.others.keys()];
  const before = outside + storedBytes({ ...removed, node: [...(removed.node ?? []), ...users] });
  const news = [...added.shared].filter((one) => !shared.has(one));
  const { initializer, node } = placed(source, [...news, ...added.constants]);
  const bytes = storedBytes({ initializer, node: [...node, ...added.nodes, ...made] });
  const valueBytes = added.constants.reduce((sum, one) => sum + tensorBytes(one), 0);
  return { ...lowered, added, news, removed, before, bytes, valueBytes };
}

/** The parts of the graph that a replacement takes away. */
function replacedParts({ kind, graph, name, tensor, node }: ConstantSource): GraphParts {
  if (node !== undefined) return { node: [node] };
  return {
    initializer: [tensor],
    input: graph.input.filter((input) => kind === 'initializer' && input.name === name),
  };
}

/** Numbers nodes without a name. */
function nameNodes(nodes: readonly NodeProto[], prefix: string): void {
  nodes.forEach((node, index) => (node.name ||= `${prefix}.node${index}`));
}

/** What takes the place of a constant keeps its node's name, and the doc string of either. */
function keepSourceWords({ node, tensor }: ConstantSource, { nodes, constants }: Fragment): void {
  const last = nodes[nodes.length - 1];
  if (last !== undefined && node !== undefined && node.name !== '') last.name = node.name;
  const heir = last ?? constants[0];
  if (heir !== undefined) keepDocs(heir, node?.docString ? node : tensor);
}
