import { checkArgument } from '@lowbit/core/adapter';
import { hasLists } from '../check-given.js';
import type { Colors } from './lines.js';

/**
 * Checks what a text is made of: a document that has these lists, and colours.
 *
 * @param where The function that makes the text.
 * @param expected The document, in words.
 * @throws LowbitError `invalid-argument` for anything else.
 */
export function checkDocument(
  document: unknown,
  lists: readonly string[],
  colors: Colors,
  [where, expected]: readonly [where: string, expected: string],
): void {
  checkArgument(hasLists(document, lists), document, { where, expected });
  checkColors(colors, where);
}

/** @throws LowbitError `invalid-argument` for colours that are none. */
export function checkColors(colors: Colors, where: string): void {
  const given = Object(colors) as Partial<Colors>;
  const areColors = (['bold', 'green', 'yellow'] as const).every((name) => typeof given[name] === 'function');
  checkArgument(areColors, colors, {
    where: `${where}: colors`,
    expected: 'the functions bold, green and yellow',
    remedy: 'Leave them away, or give those of picocolors.',
  });
}
