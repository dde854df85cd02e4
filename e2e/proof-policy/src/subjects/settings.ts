import { minMax } from '@lowbit/baselines';

/** Widths that are chosen from. */
export const widths: readonly number[] = [2, 3, 4, 5, 6, 8];

/** What holds of everything that is compared: min-max, per channel, rounded to the nearest level. */
export const recipe = { weights: minMax() } as const;
