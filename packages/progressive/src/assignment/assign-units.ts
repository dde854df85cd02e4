import type { BitAssignment } from '@lowbit/core/method';
import type { Decision } from './decide.js';
import type { Unit } from './units.js';

/** The draft with the decisions of the layers; weights of no layer keep what they have. */
export function assignUnits(
  draft: readonly BitAssignment[],
  units: readonly Unit[],
  decisions: readonly Decision[],
): readonly BitAssignment[] {
  const decided = new Map(
    units.flatMap(({ weights }, i) =>
      weights.map(({ id, least }) => [id, raised(decisions[i] as Decision, least)] as const),
    ),
  );
  return draft.map((entry) => ({ ...entry, ...decided.get(entry.id) }));
}

function raised(decision: Decision, least: number): Decision {
  if (decision.bits >= least) return decision;
  return { bits: least, reason: `${decision.reason}; ${least} bits, as each output reads one channel` };
}
