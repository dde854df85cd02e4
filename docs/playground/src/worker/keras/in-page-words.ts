import { isLowbitError, LowbitError, type Problem } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';

/** What a program gives: parts of a model of Keras, or the files of one of TensorFlow.js. What is dropped on the page is that. */
const words: readonly (readonly [RegExp, string])[] = [
  [/\{ topology, weights: \[[^}]*\}/g, 'drop them together, the topology, the index and all parts'],
  [/\{ topology[^}]*\}/g, 'drop both together, the JSON and the .h5'],
  [/\{ modelJson, shards \}/g, 'drop them together'],
];

/** What `work` makes; remedies of its errors tell what to drop in the place of what a program gives. */
export async function inPageWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const [first, ...others] = error.problems.map((problem): Problem => ({
      ...problem,
      ...defined({
        remedy: words.reduce((text, [code, word]) => text?.replace(code, word), problem.remedy),
      }),
    }));
    throw new LowbitError([first!, ...others], { cause: error });
  }
}
