import type { SaveReport } from '../src/index.js';

/** Warnings of what is wrong, not that so small a model gains nothing. */
export const besidesSize = (warnings: readonly string[]): readonly string[] =>
  warnings.filter((warning) => !warning.startsWith('the model becomes larger'));

/** Bytes of all weights of a file. */
export const weightBytes = ({ weights }: SaveReport): number =>
  weights.reduce((sum, { bytes }) => sum + bytes, 0);
