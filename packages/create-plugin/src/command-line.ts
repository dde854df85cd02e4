import { LowbitError } from '@lowbit/core';
import { parseArgs } from 'node:util';
import { pluginKinds, type PluginKind } from './kinds.js';

/** A command line, understood. */
export type Request =
  | { readonly show: 'help' | 'version' }
  | { readonly show?: never; readonly name: string; readonly kind: PluginKind; readonly typescript: boolean };

const options = {
  kind: { type: 'string', default: 'quantizer' },
  typescript: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

const remedy = 'Run npm create lowbit-plugin -- --help for what is possible.';

/** Understands the arguments. @throws LowbitError `invalid-argument` naming what is wrong. */
export function readCommandLine(args: readonly string[]): Request {
  const { values, positionals } = parsed(args);
  if (values.help === true) return { show: 'help' };
  if (values.version === true) return { show: 'version' };
  const [name, ...more] = positionals;
  if (name === undefined) throw wrong('NAME', 'the name of the plugin, for instance zero-point', 'none');
  if (more.length > 0) throw wrong('NAME', 'one name', positionals.join(' '));
  const kind = pluginKinds.find((known) => known === values.kind);
  if (kind === undefined) throw wrong('--kind', pluginKinds.join(', '), JSON.stringify(values.kind));
  return { name, kind, typescript: values.typescript };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw wrong('command line', 'NAME and options', error instanceof Error ? error.message : String(error));
  }
}

function wrong(where: string, expected: string, received: string): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where, expected, received, remedy });
}
