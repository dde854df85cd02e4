import type { Schedule, ScheduledWeight } from '@lowbit/core/method';

/** Options of the schedule. */
export interface Settings {
  /** Number of rounds. Default 3. */
  readonly rounds?: number;
}

/** Freezes the values that lie nearest to their levels first; the others train on until their turn comes. */
export default function pluginFactory(settings: Settings = {}): Schedule {
  return {
    kind: 'schedule',
    api: 2,
    name: 'plugin-name',
    summary: 'freezes the values nearest to their levels first',
    options: {
      rounds: { type: 'number', default: 3, min: 1, max: 100, help: 'number of rounds' },
    },
    configured: { ...settings },
    next({ finished, weights, options }) {
      // Every option that `options` describes is there, checked and with its default.
      const { rounds } = options as unknown as Required<Settings>;
      if (finished >= rounds) return null;
      const share = Math.min(1, (finished + 1) / rounds);
      const hold = new Map(weights.map((weight) => [weight.id, nearest(weight, share)]));
      return { name: `${Math.round(100 * share)} % frozen`, hold };
    },
  };
}

/** 1 for what is frozen and for those nearest to their levels, until the share of the weight is reached. */
function nearest({ values, quantized, frozen }: ScheduledWeight, share: number): Uint8Array {
  const distances = Array.from(values, (value, i) =>
    frozen[i] === 1 ? -1 : Math.abs(value - (quantized[i] ?? 0)),
  );
  const order = Array.from(distances.keys()).sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0));
  const mask = new Uint8Array(values.length);
  for (const i of order.slice(0, Math.ceil(share * order.length))) mask[i] = 1;
  return mask;
}
