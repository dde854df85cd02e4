import type { JsonValue } from '../model.js';

/** What Python writes for numbers that JSON does not have. */
const words = /-?\bInfinity\b|\bNaN\b/g;

/** Stands for NaN until the text is read, since no number of JSON is that. */
const nan = '\0NaN';

/**
 * The value of a JSON text as Python writes it: `Infinity`, `-Infinity` and `NaN` are numbers.
 *
 * @throws SyntaxError for other texts.
 */
export function parsePythonJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const replaced = withoutWords(text);
    if (replaced === text) throw error;
    return JSON.parse(replaced, (_, value: JsonValue) => (value === nan ? NaN : value)) as JsonValue;
  }
}

/** The same value in words that JSON has: 1e999 is beyond all numbers. */
function withoutWords(text: string): string {
  const wordFor = (word: string) =>
    word === 'NaN' ? JSON.stringify(nan) : word.replace('Infinity', '1e999');
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const start = quote === -1 ? text.length : quote;
    const end = endOfString(text, start);
    parts.push(text.slice(at, start).replace(words, wordFor), text.slice(start, end));
    at = end;
  }
  return parts.join('');
}

/** Where a string ends whose quotation mark is at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** Whether a number somewhere in a value is infinite or NaN. */
export function hasNonFinite(value: JsonValue): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNonFinite);
}
