import { minMax } from '@lowbit/baselines';
import type { Candidate } from '@lowbit/core/policy';

/** What bits are chosen from: widths, with scales and offsets as float32, which what is compared with has, or as float16. */
export const choices: readonly (number | Candidate)[] = [2, 3, 4, 5, 6, 8].flatMap((bits) => [
  bits,
  { bits, parameterStorage: 'float16' },
]);

/**
 * What holds of everything that is compared: min-max, per channel, rounded to the nearest level, biases as they are: data that bits are chosen on
 * would otherwise correct those of one side.
 */
export const recipe = { weights: minMax(), correctBiases: false } as const;
