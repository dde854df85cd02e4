import { LowbitError, type Problem } from '../errors/error.js';
import { wordValue } from '../errors/word-value.js';
import { checkMembers } from './check-members.js';
import { type Plugin, pluginApi } from './plugin.js';

/** Plugins by kind and name. */
export interface Registry {
  list(): readonly Plugin[];
  find<K extends Plugin['kind']>(kind: K, name: string): Extract<Plugin, { kind: K }> | undefined;
}

/**
 * A registry of plugins. Throws `plugin-api` for a plugin that was written for another interface version,
 * `duplicate-plugin` when two different plugins of one kind have the same name, `invalid-argument` for a
 * value that is no plugin.
 */
export function registry(plugins: readonly Plugin[]): Registry {
  if (!Array.isArray(plugins)) throw noList(plugins);
  const byKey = new Map<string, Plugin>();
  for (const plugin of plugins) {
    checkPlugin(plugin);
    const key = `${plugin.kind} ${plugin.name}`;
    const other = byKey.get(key);
    if (other !== undefined && other !== plugin) throw new LowbitError(duplicate(plugin));
    byKey.set(key, plugin);
  }
  return {
    list: () => [...byKey.values()],
    find: <K extends Plugin['kind']>(kind: K, name: string) =>
      byKey.get(`${kind} ${name}`) as Extract<Plugin, { kind: K }> | undefined,
  };
}

/** Throws `plugin-api` or `invalid-argument` unless the value is a whole plugin for this interface version. */
export function checkPlugin(plugin: Plugin): void {
  if (typeof plugin === 'function') throw notCalled(plugin);
  const { kind, name, api } = ((plugin as unknown) ?? {}) as {
    kind?: unknown;
    name?: unknown;
    api?: unknown;
  };
  const known = (pluginKinds as readonly unknown[]).includes(kind);
  if (!known || typeof name !== 'string' || name === '') throw new LowbitError(notAPlugin(kind, name));
  const old = formerMembers.filter((member) => Object.hasOwn(plugin, member));
  if (api === pluginApi && old.length === 0) return checkMembers(plugin);
  throw new LowbitError({
    code: 'plugin-api',
    where: `${kind} '${name}'`,
    expected: `api ${pluginApi}`,
    received: `api ${wordValue(api)}${old.length === 0 ? '' : ` with ${old.join(' and ')}`}`,
    remedy: `Install a version of the plugin made for this version of lowbit, or update lowbit.${api === 1 || old.length > 0 ? renamed : ''}`,
  });
}

/** Every kind of plugin. */
const pluginKinds: readonly Plugin['kind'][] = ['quantizer', 'policy', 'schedule', 'rounder'];

/** Members of version 1 that have another name now; under their old one they would do nothing. */
const formerMembers = ['sees', 'live'];
/** For the author of such a plugin. */
const renamed = ' Its author writes api: 2, observes for sees, and fitsInForward for live.';

/** @throws LowbitError `invalid-argument` for what is no registry, a list of plugins among it, and for none where one is wanted. */
export function checkRegistry(value: unknown, where = 'recipe.registry', isWanted = false): void {
  const { list, find } = ((value as unknown) ?? {}) as { list?: unknown; find?: unknown };
  if ((value === undefined && !isWanted) || (typeof list === 'function' && typeof find === 'function'))
    return;
  throw new LowbitError({
    code: 'invalid-argument',
    where,
    expected: 'a registry of plugins',
    received: Array.isArray(value) ? 'a list' : typeof value,
    remedy: 'Write registry([minMax(), …]), with registry of @lowbit/core.',
  });
}

function noList(received: unknown): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'registry(plugins)',
    expected: 'a list of plugins',
    received: typeof received,
    remedy: 'Write registry([minMax(), …]).',
  });
}

/** The factory of a plugin, where a plugin is wanted. */
function notCalled({ name }: { readonly name: string }): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'plugin',
    expected: 'what a factory of plugins returns',
    received: `the function ${name || 'without a name'} itself`,
    ...(name === '' ? {} : { remedy: `Call it: ${name}().` }),
  });
}

function notAPlugin(kind: unknown, name: unknown): Problem {
  return {
    code: 'invalid-argument',
    where: 'plugin',
    expected: "an object with kind 'quantizer', 'policy', 'schedule' or 'rounder' and a name",
    received: `kind ${String(kind)}, name ${String(name)}`,
  };
}

function duplicate(plugin: Plugin): Problem {
  return {
    code: 'duplicate-plugin',
    where: `${plugin.kind} '${plugin.name}'`,
    remedy: 'Register each name once; a plugin with other options is the same plugin.',
  };
}
