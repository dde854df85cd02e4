/**
 * Few bits for weights of many values, which make most of a file; more bits for small ones, which cost little.
 *
 * @param {{ limit?: number, small?: number, large?: number }} configured
 * @returns {import('@lowbit/core/method').BitwidthPolicy}
 */
export default function bySizePolicy(configured = {}) {
  return {
    kind: 'policy',
    api: 2,
    name: 'by-size',
    summary: 'few bits for large weights, more for small ones',
    options: {
      limit: { type: 'number', default: 4096, min: 1, help: 'most values of a small weight' },
      small: { type: 'number', default: 8, min: 1, max: 16, help: 'bits of small weights' },
      large: { type: 'number', default: 4, min: 1, max: 16, help: 'bits of large weights' },
    },
    configured,
    assign(draft, layers, { options: { limit, small, large } }) {
      const weights = layers.flatMap((layer) => layer.weights);
      const counts = new Map(weights.map(({ id, shape }) => [id, shape.reduce((n, size) => n * size, 1)]));
      return draft.map((entry) => {
        if (entry.bits === 'float') return entry;
        const count = counts.get(entry.id);
        return { ...entry, bits: count > limit ? large : small, reason: `has ${count} values` };
      });
    },
  };
}
