/** A value in the header of an npy file. */
export type HeaderValue = string | boolean | readonly number[];

const key = /\s*'([a-z_]{1,32})'\s*:\s*/y;
const string = /'([^'\\]{1,64})'/y;
const boolean = /(True|False)/y;
const tuple = /\(\s*((?:\d{1,16}\s*,\s*)*(?:\d{1,16})?)\s*\)/y;
const comma = /\s*(,?)\s*/y;

/**
 * Reads the small part of Python's syntax that npy headers are written in: one dictionary of strings,
 * booleans and tuples of whole numbers. Undefined for anything else, for instance structured types.
 */
export function parseDictionary(text: string): ReadonlyMap<string, HeaderValue> | undefined {
  const body = /^\{(.*)\}\s*$/s.exec(text)?.[1];
  if (body === undefined) return undefined;
  const found = new Map<string, HeaderValue>();
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(body);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    return match[1];
  };
  while (at < body.length) {
    const name = take(key);
    const value = name === undefined ? undefined : takeValue(take);
    if (name === undefined || value === undefined || found.has(name)) return undefined;
    found.set(name, value);
    if (take(comma) === '' && at < body.length) return undefined;
  }
  return found;
}

function takeValue(take: (pattern: RegExp) => string | undefined): HeaderValue | undefined {
  const text = take(string);
  if (text !== undefined) return text;
  const truth = take(boolean);
  if (truth !== undefined) return truth === 'True';
  const numbers = take(tuple);
  if (numbers === undefined) return undefined;
  return numbers
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
}
