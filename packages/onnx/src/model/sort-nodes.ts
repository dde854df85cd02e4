import { LowbitError } from '@lowbit/core';
import type { GraphProto, NodeProto } from '../schema/proto.js';
import { nodeLabel } from './node-label.js';

/**
 * The nodes of a graph in an order in which they can run (Kahn's algorithm); nodes that are in such an order
 * already keep it.
 *
 * @param captured Values that the subgraphs of a node use from the graphs around them.
 * @throws LowbitError `graph-cyclic`, naming nodes of a cycle.
 */
export function sortNodes(graph: GraphProto, where: string, captured: Captured): readonly NodeProto[] {
  const producers = producersOf(graph.node);
  if (isSorted(graph.node, captured, producers)) return graph.node;
  const links = linkNodes(graph.node, captured, producers);
  const ready = links.flatMap((link, index) => (link.waitsFor === 0 ? [index] : []));
  for (let next = 0; next < ready.length; next++) {
    for (const user of (links[ready[next] as number] as Link).users) {
      const link = links[user] as Link;
      link.waitsFor--;
      if (link.waitsFor === 0) ready.push(user);
    }
  }
  if (ready.length === graph.node.length) return ready.map((index) => graph.node[index] as NodeProto);
  throw new LowbitError({
    code: 'graph-cyclic',
    where,
    expected: 'a graph in which no node needs its own result',
    received: `a cycle of ${cycleNames(graph.node, links)}`,
    remedy: 'The file is damaged or was edited wrongly: export the model again.',
  });
}

interface Link {
  /** Number of inputs that have not been computed yet. */
  waitsFor: number;
  /** Indices of the nodes that use this one's outputs, once for each use. */
  readonly users: number[];
}

type Captured = ReadonlyMap<NodeProto, readonly string[]>;

/** The index of the node that makes a value. */
function producersOf(nodes: readonly NodeProto[]): Map<string, number> {
  const producers = new Map<string, number>();
  nodes.forEach((node, index) => node.output.forEach((name) => producers.set(name, index)));
  producers.delete('');
  return producers;
}

/** Values that a node needs, its own and those of its subgraphs. */
function needsOf(node: NodeProto, captured: Captured): readonly string[] {
  const inner = captured.get(node);
  return inner === undefined ? node.input : [...node.input, ...inner];
}

function isSorted(
  nodes: readonly NodeProto[],
  captured: Captured,
  producers: ReadonlyMap<string, number>,
): boolean {
  return nodes.every((node, index) =>
    needsOf(node, captured).every((name) => (producers.get(name) ?? -1) < index),
  );
}

function linkNodes(
  nodes: readonly NodeProto[],
  captured: Captured,
  producers: ReadonlyMap<string, number>,
): Link[] {
  const links: Link[] = nodes.map(() => ({ waitsFor: 0, users: [] }));
  nodes.forEach((node, index) => {
    for (const name of needsOf(node, captured)) {
      const producer = producers.get(name);
      if (producer === undefined) continue;
      (links[producer] as Link).users.push(index);
      (links[index] as Link).waitsFor++;
    }
  });
  return links;
}

const mostNames = 8;

/** Follows a node that waits back to one that it waits for, until a node comes again. */
function cycleNames(nodes: readonly NodeProto[], links: readonly Link[]): string {
  const waiting = new Map<number, number>();
  links.forEach((link, index) => {
    if (link.waitsFor === 0) return;
    for (const user of link.users) if ((links[user] as Link).waitsFor > 0) waiting.set(user, index);
  });
  const path: number[] = [];
  const seen = new Map<number, number>();
  let current = waiting.keys().next().value as number;
  while (!seen.has(current)) {
    seen.set(current, path.length);
    path.push(current);
    current = waiting.get(current) as number;
  }
  const cycle = path.slice(seen.get(current)).reverse();
  const names = cycle.slice(0, mostNames).map((index) => nodeLabel(nodes[index] as NodeProto));
  return names.join(' → ') + (cycle.length > mostNames ? ` … (${cycle.length} nodes)` : '');
}
