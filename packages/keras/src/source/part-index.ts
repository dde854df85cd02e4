import { isLowbitError, type LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { malformed } from '../errors.js';
import { isObject } from '../topology/raw-layer.js';

/** What Keras calls the parts of a store of weights. */
const partEnding = '.weights.h5';

/** Whether the first bytes of a JSON text are those of the index that Keras writes beside a store of weights in parts. */
export function startsAsIndex(head: string): boolean {
  return head.includes('"weight_map"') && head.includes(`${partEnding}"`);
}

/**
 * The names of the parts of a store of weights that `save_weights("m.weights.json", max_shard_size=…)` split, in their order. They lie in the
 * folder of the index; a name may lead elsewhere, which whoever opens them has to refuse.
 *
 * @param text - of the index, `m.weights.json`
 * @param where - the index, for errors
 * @throws LowbitError `model-malformed` for another text; `invalid-argument` for what is none.
 */
export function partsOfIndex(text: string, where = 'the index'): readonly string[] {
  checkArgument(typeof text === 'string', text, {
    where: 'partsOfIndex(text)',
    expected: 'the text of an index of weights in parts',
  });
  const map = mapOf(text, where);
  const names = Object.values(map).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]));
  const strange = names.find((name) => typeof name !== 'string' || !name.endsWith(partEnding));
  if (names.length === 0 || strange !== undefined)
    throw notIndex(where, names.length === 0 ? 'none' : String(strange));
  return [...new Set(names as string[])].sort();
}

function mapOf(text: string, where: string): object {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const map = isObject(json) ? json['weight_map'] : undefined;
    if (isObject(map)) return map;
    throw notIndex(where, 'another JSON text');
  } catch (error) {
    if (isLowbitError(error)) throw error;
    throw notIndex(where, (error as Error).message, error);
  }
}

function notIndex(where: string, received: string, cause?: unknown): LowbitError {
  const expected = `an index of weights in parts: weight_map with names of files that end in ${partEnding}`;
  const remedy = 'Save the weights again: model.save_weights("m.weights.json", max_shard_size=…).';
  return malformed(where, expected, received, remedy, cause);
}
