import { LowbitError } from '@lowbit/core';
import { suggestName } from '@lowbit/core/method';
import { parseArgs } from 'node:util';
import { type PluginKind, pluginKinds } from './kinds.js';

/** A command line, understood. */
type Request =
  | { readonly show: 'help' | 'version' }
  | { readonly show?: never; readonly name: string; readonly kind: PluginKind; readonly typescript: boolean };

const options = {
  kind: { type: 'string', default: 'quantizer' },
  typescript: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

const seeHelp = 'Run npm create lowbit-plugin -- --help for what is possible.';

/** Understands the arguments. @throws LowbitError `invalid-argument` naming what is wrong. */
export function readCommandLine(args: readonly string[]): Request {
  const { values, positionals } = parsed(args);
  if (values.help === true) return { show: 'help' };
  if (values.version === true) return { show: 'version' };
  const [name, ...more] = positionals;
  if (name === undefined) throw wrong('NAME', 'the name of the plugin, for instance zero-point', 'none');
  if (more.length > 0) throw wrong('NAME', 'one name', positionals.join(' '));
  const kind = pluginKinds.find((known) => known === values.kind);
  if (kind === undefined)
    throw wrong(
      '--kind',
      pluginKinds.join(', '),
      JSON.stringify(values.kind),
      suggestName(values.kind, pluginKinds).remedy,
    );
  return { name, kind, typescript: values.typescript };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, name] = /^Unknown option '([^']*)'/.exec(message) ?? [];
    if (name === undefined) throw wrong('command line', 'NAME and options', message);
    const known = Object.keys(options).map((option) => `--${option}`);
    throw wrong(
      'command line',
      `NAME and the options ${known.join(', ')}`,
      name,
      suggestName(name, known).remedy,
    );
  }
}

function wrong(where: string, expected: string, received: string, remedy = seeHelp): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where, expected, received, remedy });
}

/** What `--help` prints. */
export const help = `Usage: npm create lowbit-plugin NAME
       npm create lowbit-plugin NAME -- [options]

Makes the folder lowbit-plugin-NAME with a working plugin for lowbit, the test that
runs its laws, a README and a package.json. Nothing is downloaded.

Options (npm wants -- in front of them):
  --kind KIND      quantizer: chooses the levels of weights (default)
                   policy:    decides how many bits each weight gets
                   schedule:  decides what freezes while a network trains
                   rounder:   chooses codes by what the inputs of weights are
  --typescript     TypeScript in place of JavaScript
  -V, --version    print the version
  -h, --help       print this help

Examples:
  npm create lowbit-plugin zero-point
  npm create lowbit-plugin by-size -- --kind policy --typescript

Exit status: 0 done, 1 failed, 2 wrong usage.
`;
