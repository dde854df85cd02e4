import type { BitwidthPolicy } from '../plugin/policy.js';

/** The same number of bits for every weight. */
export function everywhere(bits: number | 'float'): BitwidthPolicy {
  return {
    kind: 'policy',
    api: 1,
    name: 'everywhere',
    summary: 'the same number of bits for every weight',
    assign: (draft) => draft.map((entry) => ({ ...entry, bits, reason: `${bits} bits everywhere` })),
  };
}
