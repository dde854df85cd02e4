import type { BitwidthPolicy } from '@lowbit/core';

/** The smallest that operators of packed blocks take. */
const smallest = 16;

/**
 * Gives a matrix smaller blocks where those at hand do not divide its columns, since operators of few bits take no last one that is
 * short. Where none divides them, the blocks stay, and the weight is unpacked when a model is loaded.
 */
export function dividingBlocks(largest: number): BitwidthPolicy {
  return {
    kind: 'policy',
    api: 2,
    name: 'dividing-blocks',
    summary: 'blocks that divide the columns of a matrix',
    assign(draft, layers) {
      const weights = layers.flatMap((layer) => layer.weights);
      const lengths = new Map(weights.map(({ id, shape, inputAxis = 0 }) => [id, shape[inputAxis] ?? 0]));
      return draft.map((entry) => {
        const length = lengths.get(entry.id) ?? 0;
        let block = largest;
        while (block > smallest && length % block !== 0) block /= 2;
        return block === largest || length % block !== 0
          ? entry
          : { ...entry, granularity: `group:${block}` as const };
      });
    },
  };
}
