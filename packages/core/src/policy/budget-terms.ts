import type { Options } from '../contract/options.js';
import type { BitwidthPolicy, BudgetTerms } from '../contract/policy.js';
import { optionsOf } from '../plugin/choose.js';

/** The terms of a policy that spends a budget with these options; `undefined` for others. */
export const budgetTerms = (policy: BitwidthPolicy, given: Options = {}): BudgetTerms | undefined =>
  policy.budget?.(optionsOf(policy, given));
