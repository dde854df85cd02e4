import { checkPlugin, type Plugin } from '@lowbit/core';

/**
 * The plugins that a module exports: its default export, which is a plugin, a list of them, or a factory that is called
 * without options for either; and every other export that is a plugin. None when it exports nothing of the kind.
 *
 * @throws whatever a factory throws; LowbitError `plugin-api`, `invalid-argument` as {@link checkPlugin}.
 */
export async function pluginsIn(module: Readonly<Record<string, unknown>>): Promise<readonly Plugin[]> {
  const { default: main, ...others } = module;
  const made: unknown = typeof main === 'function' ? await (main as () => unknown)() : main;
  const found = [...(Array.isArray(made) ? (made as unknown[]) : [made]), ...Object.values(others)];
  const plugins = new Set(found.filter(isMeantAsPlugin));
  for (const plugin of plugins) checkPlugin(plugin);
  return [...plugins];
}

function isMeantAsPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && 'kind' in value && 'api' in value;
}
