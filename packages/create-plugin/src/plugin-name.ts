import { LowbitError } from '@lowbit/core';
import type { PluginKind } from './kinds.js';

/** What a plugin is called, and where. */
export interface PluginName {
  /** In lists of methods and on command lines: `zero-point`. */
  readonly plugin: string;
  /** On npm, and the folder: `lowbit-plugin-zero-point`. */
  readonly package: string;
  /** The function that makes it: `zeroPointQuantizer`. The kind keeps it clear of reserved words and of imports. */
  readonly factory: string;
}

const prefix = 'lowbit-plugin-';
/** npm takes names of 214 characters. */
const longest = 200;

/**
 * The names of a plugin, from what the user calls it: `zero-point`, or `lowbit-plugin-zero-point`.
 *
 * @throws LowbitError `invalid-argument` unless it is a letter and lower-case letters and digits in words with dashes between.
 */
export function nameOf(given: string, kind: PluginKind): PluginName {
  const plugin = given.startsWith(prefix) ? given.slice(prefix.length) : given;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plugin) || plugin.length > longest) throw badName(given);
  const words = [...plugin.split('-'), kind];
  const factory = words.map((word, i) => (i === 0 ? word : capitalized(word))).join('');
  return { plugin, package: `${prefix}${plugin}`, factory };
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function badName(given: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'NAME',
    expected: `lower-case letters and digits, with single dashes between words, a letter first, at most ${longest}`,
    received: JSON.stringify(given),
    remedy: `For instance zero-point, which becomes the package ${prefix}zero-point.`,
  });
}
