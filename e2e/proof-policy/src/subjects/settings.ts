import { minMax } from '@lowbit/baselines';

/** Widths that are chosen from. */
export const widths: readonly number[] = [2, 3, 4, 5, 6, 8];

/**
 * What holds of everything that is compared: min-max, per channel, rounded to the nearest level, biases as they are: data that bits are chosen on
 * would otherwise correct those of one side.
 */
export const recipe = { weights: minMax(), correctBiases: false } as const;
