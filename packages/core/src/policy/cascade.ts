import { defined } from '../contract/defined.js';
import type { BitAssignment, BitwidthPolicy, BudgetTerms } from '../contract/policy.js';
import { checkPlugin } from '../contract/registry.js';
import { LowbitError } from '../errors/error.js';
import { assignBits, type AssignSettings } from './assign-bits.js';
import { budgetTerms } from './budget-terms.js';

/**
 * Applies policies one after the other; each sees what the one before decided, so the last word wins. One that spends a budget is asked
 * last, wherever it stands, and leaves as it is what the others have decided.
 */
export function cascade(...policies: readonly BitwidthPolicy[]): BitwidthPolicy {
  policies.forEach(checkPlugin);
  const budgets = policies.filter((policy) => budgetTerms(policy) !== undefined);
  if (budgets.length > 1) throw severalBudgets(budgets);
  const [spender] = budgets;
  const before = policies.filter((policy) => policy !== spender);
  return {
    kind: 'policy',
    api: 2,
    name: policies.map((policy) => policy.name).join(' + ') || 'cascade',
    summary: 'policies one after the other',
    ...(policies.some(({ needs }) => needs === 'features') ? { needs: 'features' as const } : {}),
    ...(spender === undefined ? {} : { budget: () => termsOf(spender, before) }),
    assign(draft, layers, { features, measurements, decided: given, explores, smallest, kindBytes }) {
      const settings = defined({ features, measurements, decided: given, explores, smallest, kindBytes });
      const decided = before.reduce<readonly BitAssignment[]>(
        (current, policy) => assignBits(policy, current, layers, settings),
        draft,
      );
      if (spender === undefined) return decided;
      const open = keptFloat(draft, decided);
      return assignBits(spender, open, layers, withDecided(settings, draft, open));
    },
  };
}

function termsOf(spender: BitwidthPolicy, before: readonly BitwidthPolicy[]): BudgetTerms | undefined {
  const terms = budgetTerms(spender);
  return terms && { ...terms, ...defined({ before: before.length === 0 ? undefined : cascade(...before) }) };
}

/** Settings in which what others have changed is decided. */
function withDecided(
  settings: AssignSettings,
  draft: readonly BitAssignment[],
  now: readonly BitAssignment[],
): AssignSettings {
  return { ...settings, decided: new Set([...(settings.decided ?? []), ...decidedBetween(draft, now)]) };
}

/** What a draft leaves float stays so, whatever was decided since: a budget has no bytes for it. */
export function keptFloat(
  draft: readonly BitAssignment[],
  now: readonly BitAssignment[],
): readonly BitAssignment[] {
  const left = new Map(
    draft.flatMap((entry) => (entry.bits === 'float' ? [[entry.id, entry] as const] : [])),
  );
  return now.map((entry) => left.get(entry.id) ?? entry);
}

/** Ids of what has other bits, or the same for another reason; a floor alone decides nothing. */
export function decidedBetween(
  draft: readonly BitAssignment[],
  now: readonly BitAssignment[],
): readonly string[] {
  const before = new Map(draft.map((entry) => [entry.id, entry]));
  const isChanged = ({ id, bits, reason, least }: BitAssignment): boolean => {
    const entry = before.get(id);
    if (entry === undefined || bits === 'float') return entry?.bits !== bits;
    const isFloorAlone = least !== entry.least && (least ?? 0) >= (entry.least ?? 0);
    return !isFloorAlone && (bits !== entry.bits || reason !== entry.reason);
  };
  return now.filter(isChanged).map(({ id }) => id);
}

function severalBudgets(budgets: readonly BitwidthPolicy[]): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'cascade',
    expected: 'one policy at most that spends a budget',
    received: budgets.map(({ name }) => name).join(', '),
    remedy: 'Give all limits to one: budget({ bytes: 1_500_000, averageBits: 4 }).',
  });
}
