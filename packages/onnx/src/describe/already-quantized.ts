import { standardDomain } from '../model/model.js';
import type { NodeProto } from '../schema/proto.js';
import { chainOperator } from '../operators/moves/chain-operators.js';
import type { DescribedLayer } from './described-layer.js';
import { isQuantizedOperator, skipReasons } from './skip-reasons.js';

/**
 * One sentence on what of a model is quantized already, with the operators that show it; `undefined` when nothing is.
 */
export function alreadyQuantized(layers: readonly DescribedLayer[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { node, op, domain } of layers) {
    if (!isQuantizedOperator(node)) continue;
    const name = domain === standardDomain ? op : `${domain}.${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const named = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} × ${count}`);
  const decoded = decodedByStandard(layers);
  if (decoded > 0) named.push(`weights that standard operators decode × ${decoded}`);
  if (named.length === 0) return undefined;
  return `parts of the model are quantized already and stay as they are: ${named.join(', ')}`;
}

/** How many weights are decoded from integers by operators that do other things as well, `Cast` and `Mul` for instance. */
function decodedByStandard(layers: readonly DescribedLayer[]): number {
  const producers = new Map(layers.flatMap(({ node }) => node.output.map((name) => [name, node])));
  const decoded = new Set<NodeProto>();
  for (const { skipped } of layers) {
    for (const { subject, reason } of skipped) {
      const node = reason === skipReasons.quantized ? decoderOf(subject, producers) : undefined;
      if (node !== undefined && !isQuantizedOperator(node)) decoded.add(node);
    }
  }
  return decoded.size;
}

/** The node that a weight comes from, past those that only move it. */
function decoderOf(name: string, producers: ReadonlyMap<string, NodeProto>): NodeProto | undefined {
  let node = producers.get(name);
  for (
    let moved = node;
    moved !== undefined && chainOperator(moved) !== undefined;
    moved = producers.get(node?.input[0] ?? '')
  )
    node = moved;
  return node;
}
