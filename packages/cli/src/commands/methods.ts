import type { Plugin } from '@lowbit/core';
import { methodsText } from '@lowbit/report/text';

import type { Io } from '../io.js';
import { tell } from '../output/tell.js';
import { loadPlugins } from '../plugins/load-plugins.js';

export interface MethodsOptions {
  readonly json?: true;
  readonly plugin: readonly string[];
}

/** `lowbit methods`: the registered plugins. @throws LowbitError as `loadPlugins`. */
export async function methodsCommand(options: MethodsOptions, io: Io): Promise<void> {
  const plugins = (await loadPlugins(options.plugin)).list();
  tell(io.stdout, options, {
    document: { methods: plugins.map(asData) },
    text: (colors) => `${methodsText(plugins, colors)}\n`,
    next: 'lowbit quantize MODEL --weights NAME --bits 4, with a name from above',
  });
}

function asData(plugin: Plugin): object {
  const { name, kind, summary, paper, options = {} } = plugin;
  if (plugin.kind !== 'quantizer') return { name, kind, summary, options, paper };
  const { roles, bits } = plugin;
  return { name, kind, summary, roles, bits, options, paper };
}
