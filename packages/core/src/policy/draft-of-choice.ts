import type { CandidateChoice } from '../contract/measurements.js';
import type { BitAssignment, Candidate } from '../contract/policy.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import { assigned } from './budget-problem.js';
import { candidateKey } from './candidates.js';

/**
 * The draft with what a choice gives the weights that it names; what is float or decided stays.
 *
 * @throws LowbitError `invalid-argument` for a key that is none of the candidates'.
 */
export function draftOfChoice(
  draft: readonly BitAssignment[],
  choice: CandidateChoice,
  candidates: readonly Candidate[],
  decided: ReadonlySet<string> = new Set(),
): readonly BitAssignment[] {
  const all: readonly Candidate[] = [...candidates, { bits: 'float' }];
  return draft.map((entry) => {
    const key = choice[entry.id];
    if (entry.bits === 'float' || decided.has(entry.id) || key === undefined) return entry;
    const found = all.find((one) => candidateKey(assigned(entry, one)) === key);
    if (found !== undefined) return { ...entry, ...found };
    const keys = all.map((one) => candidateKey(assigned(entry, one)));
    throw new LowbitError({
      code: 'invalid-argument',
      where: `choice of '${entry.id}'`,
      expected: `one of the candidates: ${keys.join('; ')}`,
      received: key,
      ...suggestName(key, keys),
    });
  });
}
