import type { BitwidthPolicy } from '@lowbit/core/method';

/** Options of the policy. */
export interface Settings {
  /** Most values of a small weight. Default 4096. */
  readonly limit?: number;
  /** Bits of small weights. Default 8. */
  readonly small?: number;
  /** Bits of large weights. Default 4. */
  readonly large?: number;
}

/** Few bits for weights of many values, which make most of a file; more bits for small ones, which cost little. */
export default function pluginFactory(settings: Settings = {}): BitwidthPolicy {
  return {
    kind: 'policy',
    api: 2,
    name: 'plugin-name',
    summary: 'few bits for large weights, more for small ones',
    options: {
      limit: { type: 'number', default: 4096, min: 1, help: 'most values of a small weight' },
      small: { type: 'number', default: 8, min: 1, max: 16, help: 'bits of small weights' },
      large: { type: 'number', default: 4, min: 1, max: 16, help: 'bits of large weights' },
    },
    configured: { ...settings },
    assign(draft, layers, { options }) {
      // Every option that `options` describes is there, checked and with its default.
      const { limit, small, large } = options as unknown as Required<Settings>;
      const weights = layers.flatMap((layer) => layer.weights);
      const counts = new Map(weights.map(({ id, shape }) => [id, shape.reduce((n, size) => n * size, 1)]));
      return draft.map((entry) => {
        if (entry.bits === 'float') return entry;
        const count = counts.get(entry.id) ?? 0;
        return { ...entry, bits: count > limit ? large : small, reason: `has ${count} values` };
      });
    },
  };
}
