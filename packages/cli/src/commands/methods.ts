import type { Plugin } from '@lowbit/core';
import { methodsText, nextLine, type Colors } from '@lowbit/report/text';

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
  else io.stdout.write(methodsText(plugins, colorsFor(io.stdout)) + afterMethods(colorsFor(io.stdout)));
}

const afterMethods = (colors: Colors): string =>
  `\n${nextLine('lowbit quantize MODEL --weights NAME --bits 4, with a name from above', colors)}`;

function asData(plugin: Plugin): object {
  const { name, kind, summary, paper, options = {} } = plugin;
  if (plugin.kind !== 'quantizer') return { name, kind, summary, options, paper };
  const { roles, bits } = plugin;
  return { name, kind, summary, roles, bits, options, paper };
}
