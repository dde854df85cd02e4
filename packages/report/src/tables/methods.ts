import type { Plugin } from '@lowbit/core';
import type { OptionDescription } from '@lowbit/core/adapter';
import { checkRows } from '../check-given.js';
import { checkColors } from './check-document.js';
import { heading, indented, plain, printable, type Colors } from './lines.js';
import { textTable } from './table.js';

/** Plugins as a table, then the options and the paper of each. */
export function methodsText(plugins: readonly Plugin[], colors: Colors = plain): string {
  checkRows(plugins, 'name', {
    where: 'methodsText',
    expected: 'a list of plugins',
    remedy: 'Give registry.list().',
  });
  checkColors(colors, 'methodsText');
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
    return lines.length === 0 ? '' : heading(printable(plugin.name), colors) + indented(lines);
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
