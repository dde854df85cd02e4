import { checkHas } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { QuantizerChoice } from '../contract/choice.js';
import type { Options, OptionSchema, OptionValue } from '../contract/options.js';
import type { Plugin } from '../contract/plugin.js';
import type { Quantizer } from '../contract/quantizer.js';
import { checkPlugin, checkRegistry, type Registry } from '../contract/registry.js';
import { parseOption, resolveOptions } from '../contract/resolve-options.js';

/** A plugin together with the options it is to be used with, every default filled in. */
export interface Chosen<P extends Plugin> {
  readonly plugin: P;
  readonly options: Options;
  /** Those among them that somebody chose, in the plugin's factory or beside its name. */
  readonly given: Options;
}

/** A quantizer together with the options it is to be used with, every default filled in. */
export interface ChosenQuantizer {
  readonly quantizer: Quantizer;
  readonly options: Options;
  /** Those among them that somebody chose, in the quantizer's factory or beside its name. */
  readonly given: Options;
}

/**
 * Resolves a choice: a quantizer value, or `'name'` or `'name:key=value,…'` looked up in the registry.
 * Throws `unknown-plugin` (listing the names that exist), `unsupported-option`, `plugin-api`.
 */
export function chooseQuantizer(choice: QuantizerChoice, known: Registry | undefined): ChosenQuantizer {
  const { plugin, options, given } = choosePluginOf('quantizer', choice, known);
  return { quantizer: plugin, options, given };
}

/**
 * Resolves a choice of a plugin of one kind: a value, or `'name'` or `'name:key=value,…'` looked up in the registry.
 * Throws `unknown-plugin` (listing the names that exist), `unsupported-option`, `plugin-api`.
 */
export function choosePluginOf<K extends Plugin['kind']>(
  kind: K,
  choice: PluginOf<K> | string,
  known: Registry | undefined,
): Chosen<PluginOf<K>> {
  checkRegistry(known, 'the registry to choose from');
  if (typeof choice !== 'string') {
    checkPlugin(choice);
    return withOptions(choice, {});
  }
  const { name, settings } = splitChoice(choice);
  const plugin = known?.find(kind, name);
  if (plugin === undefined) throw unknownPlugin(kind, name, known);
  return withOptions(plugin, parseSettings(plugin.options ?? {}, settings, choice));
}

function withOptions<P extends Plugin>(plugin: P, named: Options): Chosen<P> {
  return { plugin, options: optionsOf(plugin, named), given: { ...plugin.configured, ...named } };
}

type PluginOf<K extends Plugin['kind']> = Extract<Plugin, { kind: K }>;

/** The plugin's options: its schema's defaults, what its factory was given, and `given`, later ones winning. */
export function optionsOf(plugin: Plugin, given: Options): Options {
  checkHas(plugin, ['kind', 'name'], 'optionsOf(plugin, given)', 'a plugin');
  return resolveOptions(
    plugin.options ?? {},
    { ...plugin.configured, ...given },
    `${plugin.kind} '${plugin.name}'`,
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
  const keys = new Set<string>();
  const entries = settings.split(',').map((setting): [string, OptionValue] => {
    const equals = setting.indexOf('=');
    if (equals < 1) throw badSetting(`'${setting}'`, choice);
    const key = setting.slice(0, equals);
    if (keys.has(key)) throw badSetting(`${key} twice`, choice);
    keys.add(key);
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
    expected: 'NAME:key=value,key=value, each key once',
    received: setting,
  });
}

function unknownPlugin(kind: Plugin['kind'], name: string, known: Registry | undefined): LowbitError {
  const names = (known?.list() ?? []).filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name);
  return new LowbitError({
    code: 'unknown-plugin',
    where: `${kind} '${name}'`,
    ...(names.length > 0 ? { expected: `one of ${names.join(', ')}` } : {}),
    remedy:
      names.length > 0
        ? `Use one of these names, or pass the ${kind} as a value.`
        : `Pass the ${kind} as a value, or pass a registry, for instance the one of the adapter's 'register' entry.`,
    ...suggestName(name, names),
  });
}
