import type { SessionOptions } from '../contract/events.js';
import type { CandidateChoice, Measurements, WrittenSize } from '../contract/measurements.js';
import type { BitAssignment, BudgetTerms } from '../contract/policy.js';
import type { ModelPort } from '../contract/port.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import type { Prepared } from '../plan/make-plan.js';
import { candidateKey } from '../policy/candidates.js';
import type { Judge } from './judge-outputs.js';

/** What was written of a plan: its bytes, and how its outputs are, where that can be told. */
export interface WrittenPlan extends Omit<WrittenSize, 'choice'> {
  /** Stored bits a value of the weights that were quantized. */
  readonly averageBits: number;
  readonly judged?: Awaited<ReturnType<Judge['judge']>> | undefined;
}

/**
 * Writes a plan.
 *
 * @param judge Absent where its outputs do not count: nothing is run then, and bytes are those with every bias that can be corrected, of
 *   which data may leave some as they are.
 */
export type WriteOne = (resolved: ResolvedPlan, judge: Judge | undefined) => Promise<WrittenPlan>;

/** Whether what was written is as small as is asked for. */
export const isSmall = (
  { bytes, averageBits }: Pick<WrittenPlan, 'bytes' | 'averageBits'>,
  terms: BudgetTerms,
): boolean => bytes <= (terms.bytes ?? Infinity) && averageBits <= (terms.averageBits ?? Infinity);

/** A model that a budget is spent on, and what that is done with. */
export interface Spending<M> {
  readonly port: ModelPort<M>;
  readonly prepared: Prepared;
  readonly terms: BudgetTerms;
  readonly writeOne: WriteOne;
  readonly session: SessionOptions;
}

/** A choice for the whole model, as a plan. */
export interface Chosen {
  readonly choice: CandidateChoice;
  readonly resolved: ResolvedPlan;
}

/** What each measured weight was given, by the key of its candidate. */
export function choiceOfDrafts({ items }: Measurements, drafts: readonly BitAssignment[]): CandidateChoice {
  const byId = new Map(drafts.map((entry) => [entry.id, entry]));
  return Object.fromEntries(
    items.flatMap(({ ids }) => {
      const entry = byId.get(ids[0]);
      return entry === undefined ? [] : ids.map((id) => [id, keyOf(entry)] as const);
    }),
  );
}

const keyOf = (entry: BitAssignment): string =>
  candidateKey(entry.bits === 'float' ? { bits: 'float' } : entry);
