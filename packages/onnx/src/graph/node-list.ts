import type { NodeProto } from '../schema/proto.js';

/** Nodes in an order in which they can run, some of which are replaced. */
export interface NodeList {
  /** The nodes as they are now. */
  all(): readonly NodeProto[];
  /** Puts nodes in the place of one, which may be among them; with none it is removed. */
  replace(node: NodeProto, by: readonly NodeProto[]): void;
}

/** Replacements are gathered and made together when the nodes are asked for: each alone would walk the whole list. */
export function nodeList(nodes: readonly NodeProto[]): NodeList {
  let current = nodes;
  const pending = new Map<NodeProto, readonly NodeProto[]>();
  const replacing = (node: NodeProto): readonly NodeProto[] => {
    const by = pending.get(node);
    return by === undefined ? [node] : by.flatMap((one) => (one === node ? [one] : replacing(one)));
  };
  const all = () => {
    if (pending.size > 0) current = current.flatMap(replacing);
    pending.clear();
    return current;
  };
  return {
    all,
    replace(node, by) {
      if (by.some((one) => one !== node && pending.has(one))) all();
      // One that an earlier replacement kept is replaced where that has put it.
      const before = pending.get(node);
      pending.set(node, before?.flatMap((one) => (one === node ? by : [one])) ?? by);
    },
  };
}
