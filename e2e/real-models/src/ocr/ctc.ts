import { indexOfLargest } from '../measure/index-of-largest.js';

/**
 * Greedy CTC decoding of probabilities [steps, classes]: the most likely class of each step, repeats merged,
 * class 0 (blank) dropped; class i is `alphabet[i - 1]`.
 */
export function decodeCtc(probabilities: Float32Array, classes: number, alphabet: readonly string[]): string {
  let text = '';
  let before = 0;
  for (let start = 0; start < probabilities.length; start += classes) {
    const best = indexOfLargest(probabilities.subarray(start, start + classes));
    if (best !== before && best !== 0) text += alphabet[best - 1] ?? '';
    before = best;
  }
  return text;
}

/** The recognizer's alphabet from its dictionary file: one character a line, and the space that comes last. */
export function alphabetOf(dictionary: string): string[] {
  return [...dictionary.replace(/\r?\n$/, '').split(/\r?\n/), ' '];
}
