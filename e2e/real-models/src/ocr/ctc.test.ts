import { expect, it } from 'vitest';
import { alphabetOf, decodeCtc } from './ctc.js';

/** Certain classes as probabilities [steps, classes]. */
function certain(steps: readonly number[], classes: number): Float32Array {
  const probabilities = new Float32Array(steps.length * classes);
  steps.forEach((best, step) => (probabilities[step * classes + best] = 1));
  return probabilities;
}

it('merges repeats and drops blanks', () => {
  expect(decodeCtc(certain([0, 1, 1, 0, 2, 2, 2], 4), 4, ['a', 'b', ' '])).toBe('ab');
});

it('keeps a letter twice when a blank stands between', () => {
  expect(decodeCtc(certain([1, 0, 1, 3, 2], 4), 4, ['a', 'b', ' '])).toBe('aa b');
});

it('reads a dictionary, a character a line, and adds the space', () => {
  expect(alphabetOf('a\nb\r\n中\n')).toEqual(['a', 'b', '中', ' ']);
});
