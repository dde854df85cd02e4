import { LowbitError } from '../errors/error.js';
import type { QuantizerChoice } from './choice.js';
import type { Options, OptionSchema, OptionValue } from './options.js';
import type { Quantizer } from './quantizer.js';
import { checkPlugin, type Registry } from './registry.js';
import { parseOption, resolveOptions } from './resolve-options.js';

/** A quantizer together with the options it is to be used with, every default filled in. */
export interface ChosenQuantizer {
  readonly quantizer: Quantizer;
  readonly options: Options;
}

/**
 * Resolves a choice: a quantizer value, or `'name'` or `'name:key=value,…'` looked up in the registry.
 * Throws `unknown-plugin` (listing the names that exist), `unsupported-option`, `plugin-api`.
 */
export function chooseQuantizer(choice: QuantizerChoice, known: Registry | undefined): ChosenQuantizer {
  if (typeof choice !== 'string') {
    checkPlugin(choice);
    return { quantizer: choice, options: optionsOf(choice, {}) };
  }
  const { name, settings } = splitChoice(choice);
  const quantizer = known?.find('quantizer', name);
  if (quantizer === undefined) throw unknownQuantizer(name, known);
  return {
    quantizer,
    options: optionsOf(quantizer, parseSettings(quantizer.options ?? {}, settings, choice)),
  };
}

/** The quantizer's options: its schema's defaults, what its factory was given, and `given`, later ones winning. */
export function optionsOf(quantizer: Quantizer, given: Options): Options {
  return resolveOptions(
    quantizer.options ?? {},
    { ...quantizer.configured, ...given },
    `quantizer '${quantizer.name}'`,
  );
}

function splitChoice(choice: string): { name: string; settings: string } {
  const colon = choice.indexOf(':');
  return colon < 0
    ? { name: choice, settings: '' }
    : { name: choice.slice(0, colon), settings: choice.slice(colon + 1) };
}

function parseSettings(schema: OptionSchema, settings: string, choice: string): Options {
  if (settings === '') return {};
  const entries = settings.split(',').map((setting): [string, OptionValue] => {
    const equals = setting.indexOf('=');
    if (equals < 1) throw badSetting(setting, choice);
    const key = setting.slice(0, equals);
    return [
      key,
      parseOption(Object.hasOwn(schema, key) ? schema[key] : undefined, setting.slice(equals + 1)),
    ];
  });
  return Object.fromEntries(entries);
}

function badSetting(setting: string, choice: string): LowbitError {
  return new LowbitError({
    code: 'unsupported-option',
    where: `'${choice}'`,
    expected: 'NAME:key=value,key=value',
    received: `'${setting}'`,
  });
}

function unknownQuantizer(name: string, known: Registry | undefined): LowbitError {
  const names = (known?.list() ?? [])
    .filter((plugin) => plugin.kind === 'quantizer')
    .map((plugin) => plugin.name);
  return new LowbitError({
    code: 'unknown-plugin',
    where: `quantizer '${name}'`,
    ...(names.length > 0 ? { expected: `one of ${names.join(', ')}` } : {}),
    remedy:
      names.length > 0
        ? 'Use one of these names, or pass the quantizer as a value.'
        : "Pass the quantizer as a value, or pass a registry, for instance the one of the adapter's 'register' entry.",
  });
}
