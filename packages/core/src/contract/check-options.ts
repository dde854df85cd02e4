import { nearestName } from '../errors/nearest-name.js';
import { optionProblems } from './resolve-options.js';
import type { Options, OptionSchema } from './options.js';
import type { Plugin } from './plugin.js';
import type { GridKind, Quantizer } from './quantizer.js';

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

/** Defaults and values of the factory that are no values of the options. */
export function badValues(plugin: Plugin): readonly string[] {
  const { options = {}, configured = {} } = plugin;
  if (badOptions(plugin).length > 0) return [];
  if (!isObject(configured)) return ['as configured, values by the name of an option'];
  const defaults = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, option.default]),
  );
  return [...misfits(options, defaults, 'as default of'), ...misfits(options, configured, 'in configured,')];
}

/** What is wrong with the options that a quantizer promises grids for: they are no options of it, or no values of them. */
export function badGrids({ grids, options = {} }: Quantizer): readonly string[] {
  if (grids === undefined) return [];
  if (!isObject(grids) || !Object.values(grids).every(isObject))
    return ['in grids, options by the kind of a grid'];
  if (badOptions({ options } as Plugin).length > 0) return [];
  return Object.entries(grids).flatMap(([kind, chosen]) =>
    gridKinds.includes(kind)
      ? misfits(options, chosen as Options, `in grids['${kind}']`)
      : [`in grids, the kinds ${gridKinds.join(', ')}, not ${kind}${meant(kind)}`],
  );
}

const gridKinds: readonly string[] = ['zero-point', 'symmetric', 'even'] satisfies readonly GridKind[];

const meant = (kind: string): string => {
  const nearest = nearestName(kind, gridKinds);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
};

/** In words, values that are unknown, of the wrong type or out of range. */
function misfits(options: OptionSchema, values: Options, place: string): readonly string[] {
  return optionProblems(options, values, place).map(
    ({ where, expected, received }) =>
      `${place} ${(where ?? '').slice(place.length + 2)}: ${expected ?? ''}, not ${received ?? ''}`,
  );
}
