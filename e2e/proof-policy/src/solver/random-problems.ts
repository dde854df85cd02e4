import type { seededRandom } from '@lowbit/core';
import type { KnapsackProblem } from '@lowbit/core/policy';

type Random = ReturnType<typeof seededRandom>;

/** Up to six items with up to five options, one or two resources, with and without order; some cannot be afforded at all. */
export function randomProblem(random: Random): KnapsackProblem {
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const ranks = whole(0, 1) === 0 ? 1 : 3;
  const resources = whole(1, 2);
  const items = Array.from({ length: whole(2, 6) }, () =>
    Array.from({ length: whole(1, 5) }, () => ({
      loss: random(),
      costs: Array.from({ length: resources }, () => whole(0, 40)),
      rank: whole(0, ranks - 1),
    })),
  );
  const capacities = Array.from({ length: resources }, () => items.length * whole(5, 30));
  return { items, capacities, ranks };
}

/**
 * Weights as networks have them: sizes over three orders of magnitude, losses that fall by about four with each bit, candidates of several
 * methods; and half of what the widest take.
 */
export function randomWeights(random: Random, layers: number, candidates: number): KnapsackProblem {
  const items = Array.from({ length: layers }, () => {
    const values = Math.round(10 ** (2.5 + 3 * random()));
    const sensitivity = 10 ** (-3 * random());
    return Array.from({ length: candidates }, (_, i) => {
      const bits = 2 + (i % 6);
      const loss = sensitivity * 4 ** -bits * (0.5 + random());
      return { loss, costs: [Math.ceil((values * bits) / 8) + Math.round(64 * random())], rank: 0 };
    });
  });
  const most = items.reduce((sum, options) => sum + Math.max(...options.map(({ costs }) => costs[0]!)), 0);
  return { items, capacities: [Math.floor(most / 2)], ranks: 1 };
}
