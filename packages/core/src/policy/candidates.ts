import type { QuantizerChoice } from '../contract/choice.js';
import type { Candidate } from '../contract/policy.js';
import { checkHas } from '../errors/check-kinds.js';

/**
 * A candidate as a text by which results are found again: `4`, `4 by mse, group:32, parameters float16`.
 *
 * @throws LowbitError `invalid-argument` for what has no bits.
 */
export function candidateKey(candidate: Candidate): string {
  checkHas(candidate, ['bits'], 'candidateKey(candidate)', 'a candidate, such as { bits: 4 }');
  return [String(candidate.bits), familyKey(candidate)].filter((part) => part !== '').join(' ');
}

/** What else than bits makes a candidate: those of one family lose less with more bits. */
export function familyKey({ quantizer, granularity, parameterStorage }: Omit<Candidate, 'bits'>): string {
  const storage =
    typeof parameterStorage === 'object'
      ? `${parameterStorage.kind}:${parameterStorage.bits}`
      : parameterStorage;
  const parts = [quantizer && `by ${methodText(quantizer)}`, granularity, storage && `parameters ${storage}`];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** A quantizer as it is chosen by name: `mse:grid=symmetric`. */
function methodText(choice: QuantizerChoice): string {
  if (typeof choice === 'string') return choice;
  const options = Object.entries(choice.configured ?? {}).map(([name, value]) => `${name}=${value}`);
  return options.length === 0 ? choice.name : `${choice.name}:${options.sort().join(',')}`;
}
