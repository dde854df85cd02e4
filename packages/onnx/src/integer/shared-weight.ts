import type { StorageNote } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { operatorOf } from '../operators/operators.js';
import type { IntegerLayer } from './integer-layer.js';

/**
 * Whether several products of the graph take a weight, each as its second operand and the same way round, and nothing else does: then its
 * codes are stored once for all of them, where all are computed in integers.
 */
export function isShared({ source, uses }: WeightSite, graph: EditableGraph): boolean {
  const along = new Set(uses.map(({ node }) => operatorOf(node)?.product?.along(node)));
  const isProduct = ({ node, input, direct }: WeightSite['uses'][number]) =>
    direct && input === 1 && graph.producer(node.output[0] ?? '') === node;
  const isAlone = !graph.isHeld(source.name) && graph.users(source.name).length === uses.length;
  return isAlone && uses.length > 1 && along.size === 1 && !along.has(undefined) && uses.every(isProduct);
}

/**
 * The layers without those whose weight another one takes as floats: it would be stored twice.
 *
 * @param reasons Why weights are computed with as floats, by their ids.
 */
export const wholeShares = <T extends { readonly layer: Pick<IntegerLayer, 'shared' | 'weight'> }>(
  works: readonly T[],
  reasons: ReadonlyMap<string, string>,
): readonly T[] => works.filter(({ layer: { shared, weight } }) => !(shared && reasons.has(weight.id)));

/** The notes with one for each weight, whose bytes are those of all layers that take it. */
export function notesByWeight(notes: readonly StorageNote[]): StorageNote[] {
  const byWeight = new Map<string, StorageNote>();
  for (const note of notes) {
    const known = byWeight.get(note.id);
    const sum = (key: 'storedBytes' | 'valueBytes' | 'memoryBytes') => (known?.[key] ?? 0) + (note[key] ?? 0);
    const bytes = {
      storedBytes: sum('storedBytes'),
      valueBytes: sum('valueBytes'),
      memoryBytes: sum('memoryBytes'),
    };
    byWeight.set(note.id, known === undefined ? note : { ...known, ...bytes });
  }
  return [...byWeight.values()];
}
