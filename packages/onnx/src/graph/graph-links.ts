import type { NodeProto } from '../schema/proto.js';

/** Which nodes make and which take each value, kept in step while nodes change. */
export interface GraphLinks {
  /** The node that makes a value. */
  producer(name: string): NodeProto | undefined;
  /** Every node that takes the value, once for each input that it feeds. */
  users(name: string): readonly NodeProto[];
  isUsed(name: string): boolean;
  /** The node that alone takes the value, once. */
  soleUser(name: string): NodeProto | undefined;
  /** Names of all values that nodes make. */
  produced(): Iterable<string>;
  add(node: NodeProto): void;
  remove(node: NodeProto): void;
  /** Changes inputs or outputs of a node. */
  change(node: NodeProto, edit: () => void): void;
}

export function graphLinks(nodes: readonly NodeProto[]): GraphLinks {
  /** How often each node takes a value. */
  const counts = new Map<string, Map<NodeProto, number>>();
  const producers = new Map<string, NodeProto>();
  const self: GraphLinks = {
    producer: (name) => producers.get(name),
    users: (name) => {
      const users: NodeProto[] = [];
      counts.get(name)?.forEach((count, node) => {
        for (let time = 0; time < count; time++) users.push(node);
      });
      return users;
    },
    isUsed: (name) => (counts.get(name)?.size ?? 0) > 0,
    soleUser: (name) => soleKey(counts.get(name)),
    produced: () => producers.keys(),
    add(node) {
      for (const name of node.input) count(counts, name, node);
      for (const name of node.output) producers.set(name, node);
    },
    remove(node) {
      for (const name of node.input) counts.get(name)?.delete(node);
      for (const name of node.output) if (producers.get(name) === node) producers.delete(name);
    },
    change(node, edit) {
      self.remove(node);
      edit();
      self.add(node);
    },
  };
  nodes.forEach(self.add);
  return self;
}

function count(counts: Map<string, Map<NodeProto, number>>, name: string, node: NodeProto): void {
  const users = counts.get(name) ?? new Map<NodeProto, number>();
  counts.set(name, users);
  users.set(node, (users.get(node) ?? 0) + 1);
}

/** The only key, where it counts once. */
function soleKey(users: ReadonlyMap<NodeProto, number> | undefined): NodeProto | undefined {
  if (users?.size !== 1) return undefined;
  const [first] = users;
  return first?.[1] === 1 ? first[0] : undefined;
}
