/**
 * Freezes the values that lie nearest to their levels first; the others train on until their turn comes.
 *
 * @param {{ rounds?: number }} configured
 * @returns {import('@lowbit/core/method').Schedule}
 */
export default function nearestFirstSchedule(configured = {}) {
  return {
    kind: 'schedule',
    api: 2,
    name: 'nearest-first',
    summary: 'freezes the values nearest to their levels first',
    options: {
      rounds: { type: 'number', default: 3, min: 1, max: 100, help: 'number of rounds' },
    },
    configured,
    next({ finished, weights, options: { rounds } }) {
      if (finished >= rounds) return null;
      const share = Math.min(1, (finished + 1) / rounds);
      const hold = new Map(weights.map((weight) => [weight.id, nearest(weight, share)]));
      return { name: `${Math.round(100 * share)} % frozen`, hold };
    },
  };
}

/** 1 for what is frozen and for those nearest to their levels, until the share of the weight is reached. */
function nearest({ values, quantized, frozen }, share) {
  const distances = values.map((value, i) => (frozen[i] === 1 ? -1 : Math.abs(value - quantized[i])));
  const order = Array.from(distances.keys()).sort((a, b) => distances[a] - distances[b]);
  const mask = new Uint8Array(values.length);
  for (const i of order.slice(0, Math.ceil(share * order.length))) mask[i] = 1;
  return mask;
}
