import type { NamedRounder } from '../contract/resolved-plan.js';
import type { RoundingContext } from '../contract/rounder.js';
import { LowbitError } from '../errors/error.js';
import { takeRejections } from '../errors/is-promise.js';
import { wordValue } from '../errors/word-value.js';
import { ownCopy } from '../plugin/own-copy.js';
import { pluginFailure } from '../plugin/safely.js';
import { levelsOf } from '../scheme/scheme.js';
import type { QuantizedTensor, Scheme } from '../scheme/types.js';

type Codes = QuantizedTensor['codes'];

/**
 * Runs the plugin's `round` on copies of everything, checks its codes, and gives them in an array of the type that their width has.
 *
 * @throws LowbitError `plugin-failed` for whatever it throws, and for anything but one code of a level for each value.
 */
export function askRounder(
  { rounder }: NamedRounder,
  values: Float32Array,
  scheme: Scheme,
  context: RoundingContext,
  place: string,
): Codes {
  const where = `rounder '${rounder.name}' at ${place}`;
  let returned: unknown;
  try {
    returned = rounder.round(values.slice(), ownCopy(scheme), ownCopy(context));
    const codes = context.nearest.slice();
    codes.set(checkedCodes(returned, codes.length, levelsOf(scheme), where));
    return codes;
  } catch (error) {
    takeRejections(returned);
    throw pluginFailure(where, error);
  }
}

function checkedCodes(returned: unknown, count: number, levels: number, where: string): Codes {
  const codes = returned instanceof Uint8Array || returned instanceof Uint16Array ? returned : undefined;
  let highest = 0;
  for (const code of codes ?? []) highest = Math.max(highest, code);
  if (codes !== undefined && codes.length === count && highest < levels) return codes;
  throw new LowbitError({
    code: 'plugin-failed',
    where,
    expected: `a Uint8Array or Uint16Array of ${count} codes below ${levels}`,
    received: codes === undefined ? wordValue(returned) : `${codes.length} codes up to ${highest}`,
    remedy: "Report this to the rounder's author, or round to the nearest level.",
  });
}
