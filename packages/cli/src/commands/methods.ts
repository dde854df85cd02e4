import type { OptionDescription, Plugin } from '@lowbit/core';
import { printable, textTable } from '@lowbit/report/text';

import type { Io } from '../io.js';
import { colorsFor } from '../output/colors.js';
import { writeJson } from '../output/json.js';
import { loadPlugins } from '../plugins/load-plugins.js';

export interface MethodsOptions {
  readonly json?: true;
  readonly plugin: readonly string[];
}

/** `lowbit methods`: the registered plugins. @throws LowbitError as `loadPlugins`. */
export async function methodsCommand(options: MethodsOptions, io: Io): Promise<void> {
  const plugins = (await loadPlugins(options.plugin)).list();
  if (options.json) writeJson(io.stdout, { methods: plugins.map(asData) });
  else io.stdout.write(asText(plugins, io));
}

function asData(plugin: Plugin): object {
  const { name, kind, summary, paper, options = {} } = plugin;
  if (plugin.kind !== 'quantizer') return { name, kind, summary, options, paper };
  const { roles, bits } = plugin;
  return { name, kind, summary, roles, bits, options, paper };
}

function asText(plugins: readonly Plugin[], io: Io): string {
  const colors = colorsFor(io.stdout);
  const table = textTable(
    [
      { label: 'name' },
      { label: 'kind' },
      { label: 'roles' },
      { label: 'bits' },
      { label: 'summary', width: 60 },
    ],
    plugins.map((plugin) => [
      plugin.name,
      plugin.kind,
      rolesOf(plugin),
      bitsOf(plugin),
      plugin.summary ?? '',
    ]),
  );
  const details = plugins.map((plugin) => {
    const lines = [...optionLines(plugin), ...(plugin.paper === undefined ? [] : [`paper: ${plugin.paper}`])];
    if (lines.length === 0) return '';
    return `\n${colors.bold(printable(plugin.name))}\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`;
  });
  return table + details.join('');
}

function rolesOf(plugin: Plugin): string {
  return plugin.kind === 'quantizer' ? plugin.roles.join(', ') : '';
}

function bitsOf(plugin: Plugin): string {
  if (plugin.kind !== 'quantizer') return '';
  const offered = new Set([...(plugin.bits.weight ?? []), ...(plugin.bits.activation ?? [])]);
  return ranges([...offered].sort((a, b) => a - b));
}

function optionLines(plugin: Plugin): readonly string[] {
  return Object.entries(plugin.options ?? {}).map(
    ([name, option]) => `option ${name}=${option.default} (${domain(option)}): ${option.help}`,
  );
}

function domain(option: OptionDescription): string {
  if (option.type === 'choice') return option.values.join(', ');
  if (option.type === 'boolean') return 'true, false';
  return `${option.min ?? '−∞'} to ${option.max ?? '∞'}`;
}

/** Ascending whole numbers with runs drawn together: 1–8, 16. */
function ranges(numbers: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}
