import type { Options } from './options.js';
import type { Plugin } from './plugin.js';
import type { Quantizer } from './quantizer.js';
import { optionProblems } from './resolve-options.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a plugin's options lack that others, command lines and pages, need to know of them: in words, what is expected. */
export function badOptions({ options }: Plugin): readonly string[] {
  if (options === undefined) return [];
  if (!isObject(options)) return ['as options, descriptions by name'];
  return Object.entries(options).flatMap(([name, option]: [string, unknown]) => badOption(name, option));
}

function badOption(name: string, option: unknown): readonly string[] {
  const { type, values } = isObject(option) ? option : {};
  if (type === 'number' || type === 'boolean') return [];
  if (type !== 'choice')
    return [
      `for option '${name}', the type number, boolean or choice (a text among its values), not ${String(type)}`,
    ];
  const isList =
    Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');
  return isList ? [] : [`for option '${name}' of type choice, a list of texts as values`];
}

/** What is wrong with the options that a quantizer promises grids for: they are no options of it, or no values of them. */
export function badGrids({ grids, options = {} }: Quantizer): readonly string[] {
  if (grids === undefined) return [];
  if (!isObject(grids) || !Object.values(grids).every(isObject))
    return ['in grids, options by the kind of a grid'];
  if (badOptions({ options } as Plugin).length > 0) return [];
  return Object.entries(grids).flatMap(([kind, chosen]) =>
    optionProblems(options, chosen as Options, 'grids').map(({ where, expected, received }) => {
      const option = (where ?? '').slice('grids: '.length);
      return `in grids['${kind}'] ${option}: ${expected ?? ''}, not ${received ?? ''}`;
    }),
  );
}
