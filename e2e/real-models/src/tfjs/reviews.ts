import { randomFrom } from '../random.js';

const THINGS = 'screen battery sound price keyboard camera case service manual charger display speaker'.split(
  ' ',
);
const VERBS = 'is was seems feels looks'.split(' ');
const GOOD = 'great good excellent superb lovely solid bright useful fair quick reliable pleasant'.split(' ');
const BAD = 'poor bad terrible awful weak dull useless slow broken noisy flimsy annoying'.split(' ');
const DEGREES = 'very really quite rather truly extremely'.split(' ');
const NEGATIONS = 'not never hardly'.split(' ');
const CONNECTIONS = 'and but although'.split(' ');
const WORDS = ['', 'the', ...THINGS, ...VERBS, ...GOOD, ...BAD, ...DEGREES, ...NEGATIONS, ...CONNECTIONS];

/** Words of the language; number 0 fills short sentences up. */
export const VOCABULARY = WORDS.length;

/** Words of the longest sentence. */
export const LENGTH = 13;

/** What a sentence says in the end. */
export const OPINIONS = ['bad', 'mixed', 'good'] as const;

export interface Review {
  /** `LENGTH` word numbers; the empty places come first. */
  readonly words: readonly number[];
  /** Index in `OPINIONS`. */
  readonly opinion: number;
}

/**
 * Sentences of one or two statements, drawn anew from a seed: "the screen is not very good but the sound was lovely". A negation
 * turns a statement round; after `but` the second counts, after `although` the last, `and` adds both up. Who only counts words
 * cannot tell.
 */
export function reviews(count: number, seed: number): Review[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const { text, sign } = sentence(random);
    const words = text.map((word) => WORDS.indexOf(word));
    return { words: [...new Array<number>(LENGTH - words.length).fill(0), ...words], opinion: sign + 1 };
  });
}

type Random = () => number;

interface Said {
  readonly text: readonly string[];
  /** −1, 0 or 1. */
  readonly sign: number;
}

function sentence(random: Random): Said {
  const first = statement(random);
  if (random() < 0.25) return first;
  const second = statement(random);
  const connection = pick(CONNECTIONS, random);
  if (connection === 'although')
    return { text: ['although', ...first.text, ...second.text], sign: second.sign };
  const sum = first.sign === second.sign ? first.sign : 0;
  return {
    text: [...first.text, connection, ...second.text],
    sign: connection === 'but' ? second.sign : sum,
  };
}

function statement(random: Random): Said {
  const isGood = random() < 0.5;
  const isNegated = random() < 0.4;
  const text = [
    'the',
    pick(THINGS, random),
    pick(VERBS, random),
    ...(isNegated ? [pick(NEGATIONS, random)] : []),
    ...(random() < 0.4 ? [pick(DEGREES, random)] : []),
    pick(isGood ? GOOD : BAD, random),
  ];
  return { text, sign: isGood === isNegated ? -1 : 1 };
}

function pick(words: readonly string[], random: Random): string {
  return words[Math.floor(random() * words.length)]!;
}
