import { standardDomain } from '../read/model.js';
import type { DescribedLayer } from './described-layer.js';
import { isQuantizedOperator } from './skip-reasons.js';

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
  if (counts.size === 0) return undefined;
  const named = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} × ${count}`);
  return `parts of the model are quantized already and stay as they are: ${named.join(', ')}`;
}
