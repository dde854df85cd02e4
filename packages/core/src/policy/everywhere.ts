import type { BitwidthPolicy } from '../plugin/policy.js';
import { checkBits } from './check-bits.js';

/** The same number of bits for every weight. */
export function everywhere(bits: number | 'float'): BitwidthPolicy {
  checkBits(bits, 'everywhere');
  return {
    kind: 'policy',
    api: 1,
    name: 'everywhere',
    summary: 'the same number of bits for every weight',
    assign: (draft) => draft.map((entry) => ({ ...entry, bits, reason: `${bits} bits everywhere` })),
  };
}
