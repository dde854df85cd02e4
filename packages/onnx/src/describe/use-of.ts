import type { NodeProto } from '../schema/proto.js';
import type { WeightSite, WeightUse } from './weight-site.js';

const known = new WeakMap<WeightSite['uses'], ReadonlyMap<NodeProto, WeightUse>>();

/** How a node uses a weight of a finished description; as quick for a weight of many nodes as for one of few. */
export function useOf({ uses }: WeightSite, node: NodeProto): WeightUse | undefined {
  const byNode = known.get(uses) ?? new Map(uses.toReversed().map((use) => [use.node, use]));
  known.set(uses, byNode);
  return byNode.get(node);
}
