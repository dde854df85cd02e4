import { isLowbitError, LowbitError, type Plugin, type Problem, registry, type Registry } from '@lowbit/core';
import { checkPlugin } from '@lowbit/core/adapter';
import { registry as ours } from '@lowbit/methods';
import { locatePlugin } from './locate-plugin.js';

interface Loaded {
  readonly reference: string;
  readonly plugin: Plugin;
}

/**
 * The methods that names stand for: lowbit's own, and those in the files and packages of `--plugin`.
 *
 * @param folder - where paths start and packages are looked for
 * @throws LowbitError `file-missing`, `file-unreadable`, `plugin-failed` for a file that cannot be imported,
 *   `invalid-argument` for one without a plugin, `plugin-api`, `duplicate-plugin`.
 */
export async function loadPlugins(
  references: readonly string[] = [],
  folder = process.cwd(),
): Promise<Registry> {
  const loaded: Loaded[] = [];
  const urls = new Set<string>();
  for (const reference of references) {
    const url = await locatePlugin(reference, folder);
    if (urls.has(url)) continue;
    urls.add(url);
    for (const plugin of await pluginsOf(reference, url)) loaded.push({ reference, plugin });
  }
  checkNames(loaded);
  return registry([...ours.list(), ...loaded.map(({ plugin }) => plugin)]);
}

async function pluginsOf(reference: string, url: string): Promise<readonly Plugin[]> {
  try {
    const module = (await import(url)) as Record<string, unknown>;
    const plugins = await pluginsIn(module);
    if (plugins.length === 0) throw without(Object.keys(module));
    return plugins;
  } catch (error) {
    throw fromPlugin(reference, error);
  }
}

function without(exported: readonly string[]): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'its exports',
    expected: 'a plugin, a list of plugins or a factory as the default export, or plugins under other names',
    received: exported.length === 0 ? 'none' : exported.join(', '),
  });
}

/** What went wrong, with the file that is to blame. */
function fromPlugin(reference: string, error: unknown): LowbitError {
  const file = `--plugin ${reference}`;
  if (isLowbitError(error)) {
    const [first, ...rest] = error.problems.map((problem) => ({
      ...problem,
      where: `${file}: ${problem.where}`,
    }));
    return new LowbitError([first as Problem, ...rest], { cause: error });
  }
  const received = error instanceof Error ? error.message : String(error);
  const remedy =
    'A plugin is a JavaScript module that Node can import; TypeScript has to be compiled before.';
  return new LowbitError({ code: 'plugin-failed', where: file, received, remedy }, { cause: error });
}

function checkNames(loaded: readonly Loaded[]): void {
  for (const [i, { reference, plugin }] of loaded.entries()) {
    const { kind, name } = plugin;
    const earlier = loaded
      .slice(0, i)
      .find((other) => other.plugin.kind === kind && other.plugin.name === name);
    const isOurs = ours.find(kind, name) !== undefined;
    if (!isOurs && (earlier === undefined || earlier.plugin === plugin)) continue;
    throw new LowbitError({
      code: 'duplicate-plugin',
      where: `--plugin ${reference}: ${kind} '${name}'`,
      expected: `a name that no other ${kind} has`,
      received: isOurs ? `the name of one of lowbit's own` : `a name that is in ${earlier?.reference} too`,
      remedy: 'Change the name in the plugin.',
    });
  }
}

/**
 * The plugins that a module exports: its default export, which is a plugin, a list of them, or a factory that is called
 * without options for either; and every other export that is a plugin. None when it exports nothing of the kind.
 *
 * @throws whatever a factory throws; LowbitError `plugin-api`, `invalid-argument` as {@link checkPlugin}.
 */
async function pluginsIn(module: Readonly<Record<string, unknown>>): Promise<readonly Plugin[]> {
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
