import { checkHas } from '../errors/check-kinds.js';
import { wordValue } from '../errors/word-value.js';
import { strangeValue, type StrangeValue } from './strange-value.js';

/** A label that is no class, with its place, what is expected there and what to do. */
export interface StrangeLabel extends StrangeValue {
  readonly expected: string;
}

/**
 * The first label that is no class: a whole number from 0, below the number of classes where a model has as many.
 *
 * @param classes What the model tells apart, where that is known.
 */
export function strangeLabel(labels: ArrayLike<unknown>, classes = Infinity): StrangeLabel | undefined {
  checkHas(labels, ['length'], 'strangeLabel(labels)', 'labels in a list or a typed array');
  const expected = `classes: whole numbers from 0${classes === Infinity ? '' : ` to ${classes - 1}`}`;
  const stranger = strangeValue(labels, [labels.length]);
  if (stranger !== undefined) return { ...stranger, expected };
  for (let i = 0; i < labels.length; i++) {
    const label = Number(labels[i]);
    if (Number.isSafeInteger(label) && label >= 0 && label < classes) continue;
    const remedy = 'Give each sample the number of its class, counted from 0.';
    return { place: `[${i}]`, expected, received: wordValue(labels[i]), remedy };
  }
  return undefined;
}
