import type { QuantizedTensor } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import type { ConstantSource } from '../graph/constant-source.js';
import { storedBytes, type GraphParts } from '../graph/stored-bytes.js';
import { isExternal, tensorBytes } from '../model/tensor-data.js';
import type { NodeProto } from '../schema/proto.js';
import type { Optimize, Target } from '../target/target.js';
import { fragment, type Fragment } from './fragment.js';
import { replacedParts, type GraphEdit } from './graph-edit.js';
import { lower, type Lowered } from './lower.js';

/** A weight in the form that was chosen for it, not yet part of its graph. */
export interface LoweredWeight extends Lowered {
  readonly added: Fragment;
  /** What it would take the place of. */
  readonly removed: GraphParts;
  /** Bytes in the file of what is there now, and of what would be. */
  readonly before: number;
  readonly bytes: number;
}

/** Lowers a weight and names what is added. The graph stays as it is. @param prefix What all names begin with. */
export function lowerWeight(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  optimize: Optimize,
  { edit, prefix }: { readonly edit: GraphEdit; readonly prefix: string },
): LoweredWeight {
  const { id, source } = site;
  const added = fragment(prefix, edit.shared);
  const lowered = lower(added, site, tensor, target, optimize);
  const { others } = lowered;
  keepWords(source, added);
  nameNodes([...others.values()].flat(), prefix);
  const removed = replacedParts(source);
  const outside = isExternal(source.tensor) ? tensorBytes(source.tensor, id) : 0;
  const before = outside + storedBytes({ ...removed, node: [...(removed.node ?? []), ...others.keys()] });
  const parts = edit.parts(source, added);
  const bytes = storedBytes({ ...parts, node: [...(parts.node ?? []), ...[...others.values()].flat()] });
  return { ...lowered, added, removed, before, bytes };
}

/** Numbers nodes without a name. */
function nameNodes(nodes: readonly NodeProto[], prefix: string): void {
  nodes.forEach((node, index) => (node.name ||= `${prefix}.node${index}`));
}

/** What takes the place of a constant keeps its node's name, and the doc string of either. */
function keepWords({ node, tensor }: ConstantSource, { nodes, constants }: Fragment): void {
  const last = nodes[nodes.length - 1];
  if (last !== undefined && node !== undefined && node.name !== '') last.name = node.name;
  const words = node?.docString || tensor.docString;
  const heir = last ?? constants[0];
  if (words !== '' && heir !== undefined) heir.docString = words;
}
