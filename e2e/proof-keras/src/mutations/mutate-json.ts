import type { Random } from '@lowbit/core/adapter';
import { below } from './mutate-bytes.js';

/** What stands in the place of a value: other types, sizes that nothing has, names that mean something elsewhere. */
const pieces = [
  'null',
  'true',
  '[]',
  '{}',
  '0',
  '-1',
  '1.5',
  '1e400',
  '4294967296',
  '""',
  '"x"',
  '"same"',
  '"relu"',
  '[0]',
  '[-3, null]',
  '[1e9, 1e9]',
  '[[["start", 0, 0, {}]]]',
  '{"class_name": "Dense", "config": {}}',
];

/** A JSON text with one to three of its values replaced; it stays JSON. */
export function mutateJson(text: string, random: Random): string {
  let result = text;
  for (let left = 1 + below(3, random); left > 0; left--) {
    const values = [...result.matchAll(/(?<=": ?)("[^"]*"|-?\d[\d.e-]*|null|true|false|\[[^[\]{}]*\])/g)];
    const found = values[below(values.length, random)];
    if (found === undefined) return result;
    const piece = pieces[below(pieces.length, random)]!;
    result = result.slice(0, found.index) + piece + result.slice(found.index + found[0].length);
  }
  return result;
}
