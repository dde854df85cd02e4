import type { BitwidthPolicy } from '../plugin/policy.js';
import { assignBits } from './assign-bits.js';

/** Applies policies one after the other; each sees what the one before decided, so the last word wins. */
export function cascade(...policies: readonly BitwidthPolicy[]): BitwidthPolicy {
  return {
    kind: 'policy',
    api: 1,
    name: policies.map((policy) => policy.name).join(' + ') || 'cascade',
    summary: 'policies one after the other',
    assign: (draft, layers, { features }) =>
      policies.reduce(
        (current, policy) => assignBits(policy, current, layers, features === undefined ? {} : { features }),
        draft,
      ),
  };
}
