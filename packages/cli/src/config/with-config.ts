import { stat } from 'node:fs/promises';
import { extname } from 'node:path';

import { isLowbitError, LowbitError } from '@lowbit/core';
import { suggestName } from '@lowbit/core/adapter';
import type { Command, Option } from 'commander';

import { readJson } from '../files/read-json.js';
import type { Io } from '../io.js';
import { locatePlugin } from '../plugins/locate-plugin.js';
import type { ReadWords } from '../usage/read-words.js';
import { usageError } from '../usage/usage-error.js';

/** The file that is looked for in the working folder where none is named. One beside a model is never read: models come from strangers. */
const usualFile = 'lowbit.config.json';
/** What loads code, which only a file that was named may ask for. */
const loading = ['plugin', 'metric'];
/** What no file decides. */
const ofWords = ['config', 'help'];

/**
 * The words of a command line with those that a configuration adds: of the file of `--config`, or of `lowbit.config.json` in the working
 * folder. Options that are typed win, also over what cannot stand beside them.
 *
 * @throws UsageError for members that are no options; LowbitError `invalid-argument`; errors of the file system.
 */
export async function withConfig(
  argv: readonly string[],
  { command, given = new Map() }: ReadWords,
  { signal, stderr }: Pick<Io, 'signal' | 'stderr'>,
): Promise<readonly string[]> {
  const takes = command?.options.some(({ long }) => long === '--config') ?? false;
  if (command === undefined || !takes || given.has('--no-config')) return argv;
  const named = given.get('--config');
  const file = named ?? (await usualIn());
  if (file === undefined) return argv;
  const config = await read(file, signal);
  if (named === undefined) refuseLoading(config, file);
  const words = Object.entries(config).flatMap(([key, value]) => wordsOf(key, value, file, command, given));
  if (named === undefined && !given.has('--quiet') && !given.has('--json'))
    stderr.write(`options from ${file}; --no-config leaves them out\n`);
  const at = argv.indexOf(command.name());
  return [...argv.slice(0, at + 1), ...words, ...argv.slice(at + 1)];
}

type Config = Readonly<Record<string, unknown>>;

async function usualIn(): Promise<string | undefined> {
  const found = await stat(usualFile).catch(() => undefined);
  return found?.isFile() ? usualFile : undefined;
}

async function read(file: string, signal: AbortSignal): Promise<Config> {
  const remedy =
    'A configuration is an object with options by name: { "targetSize": "1.5MB", "calibrate": ["photos"] }.';
  const isModule = /^\.[cm]?js$/.test(extname(file));
  const value = isModule
    ? await imported(file)
    : await readJson(file, { code: 'invalid-argument', remedy }, signal);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Config;
  throw new LowbitError({ code: 'invalid-argument', where: file, expected: 'an object', remedy });
}

/** The default export of a module: it was named, so that its code may run. */
async function imported(file: string): Promise<unknown> {
  const url = await locatePlugin(file, process.cwd(), '--config');
  try {
    return ((await import(url)) as { readonly default?: unknown }).default;
  } catch (error) {
    if (isLowbitError(error)) throw error;
    const received = error instanceof Error ? error.message : String(error);
    throw new LowbitError({ code: 'plugin-failed', where: `--config ${file}`, received }, { cause: error });
  }
}

function refuseLoading(config: Config, file: string): void {
  const member = loading.find((name) => config[name] !== undefined);
  if (member === undefined) return;
  throw usageError({
    where: `${file}: ${member}`,
    expected: 'no code to load from a file that was not named',
    received: JSON.stringify(config[member]),
    remedy: `Name the file: --config ${file}.`,
  });
}

/** What a member is on the command line; nothing where that was typed, or what cannot stand beside it. */
function wordsOf(
  key: string,
  value: unknown,
  file: string,
  command: Command,
  given: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  if (key === '$schema') return [];
  const known = command.options.filter((option) => !ofWords.includes(option.attributeName()));
  const own = known.filter((option) => option.attributeName() === key);
  const [first] = own;
  if (first === undefined) throw unknownMember(key, file, known);
  const typed = command.options.filter(({ long }) => long !== undefined && given.has(long));
  const isTyped = typed.some((option) => option.attributeName() === key);
  if (isTyped || typed.some((option) => excludes(option, first) || excludes(first, option))) return [];
  return spelled(own, value) ?? wrongValue(key, value, file, first);
}

/** Whether an option is one that cannot stand beside another. */
const excludes = (option: Option, other: Option): boolean =>
  (option as Option & { readonly conflictsWith?: readonly string[] }).conflictsWith?.includes(
    other.attributeName(),
  ) ?? false;

/** A value as it is typed; `undefined` where the option takes no such value. */
function spelled(options: readonly Option[], value: unknown): readonly string[] | undefined {
  const taking = options.find(({ required }) => required);
  if (typeof value === 'boolean') {
    const flag = options.find(({ required, negate }) => !required && negate !== value);
    return taking !== undefined || options.length === 0
      ? undefined
      : flag === undefined
        ? []
        : [flag.long ?? ''];
  }
  if (taking?.long === undefined || taking.long === null) return undefined;
  const parts = Array.isArray(value) ? value : [value];
  if (!parts.every((part) => typeof part === 'string' || typeof part === 'number')) return undefined;
  const isList = Array.isArray(taking.defaultValue) || taking.variadic;
  const values = isList ? parts.map(String) : [parts.join(',')];
  return values.map((text) => `${taking.long}=${text}`);
}

function unknownMember(key: string, file: string, known: readonly Option[]): Error {
  return usageError({
    where: `${file}: ${key}`,
    expected: 'an option by its name, for instance targetSize for --target-size',
    received: JSON.stringify(key),
    ...suggestName(
      key,
      known.map((option) => option.attributeName()),
    ),
  });
}

function wrongValue(key: string, value: unknown, file: string, option: Option): never {
  throw usageError({
    where: `${file}: ${key}`,
    expected: option.required ? 'a text, a number, or a list of them' : 'true or false',
    received: JSON.stringify(value),
  });
}
