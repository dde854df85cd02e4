import { nearestName, suggestName } from '@lowbit/core/adapter';
import type { Command, Option } from 'commander';

import { oursFor } from './foreign-options.js';
import { quoted } from './option-values.js';
import { usageError } from './usage-error.js';

/** What a command line asks for besides running a command, and the command that it names. */
export interface ReadWords {
  readonly asks?: 'help' | 'version';
  /** `undefined`: of lowbit as a whole. */
  readonly command?: Command;
  /** Options by their long names, each with the last value that it was given. */
  readonly given?: ReadonlyMap<string, string | undefined>;
}

/**
 * Looks through all words of a command line before anything is done, so that a wrong command or option is found beside
 * `--help` and `--version` too.
 *
 * @throws UsageError that names the word and what was probably meant.
 */
export function readWords(argv: readonly string[], program: Command): ReadWords {
  if (argv[0] === 'help') return afterHelp(argv.slice(1), program);
  const end = argv.indexOf('--');
  return commandLine(end < 0 ? argv : argv.slice(0, end), program);
}

/** `lowbit help [command]`. */
function afterHelp(words: readonly string[], program: Command): ReadWords {
  const [first, second] = words.filter((word) => !isHelp(word) && word !== '--');
  if (first === undefined || first === 'help') return { asks: 'help' };
  const command = commandOf(first, program);
  if (second === undefined) return { asks: 'help', command };
  const remedy = `Run lowbit help ${command.name()}.`;
  throw usageError({ where: 'lowbit help', expected: 'one command', received: quoted(second), remedy });
}

function commandLine(words: readonly string[], program: Command): ReadWords {
  let read: ReadWords = {};
  const given = new Map<string, string | undefined>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!isOption(word)) read = { ...read, command: read.command ?? commandOf(word, program) };
    else if (isHelp(word)) read = { ...read, asks: 'help' };
    else if (/^(-V|--version)$/.test(word)) read = { asks: 'version', ...read };
    else {
      const option = optionOf(word, read.command ?? program, program);
      const count = valuesAfter(option, words.slice(i));
      given.set(option.long ?? word, count > 0 ? words[i + 1] : valueIn(word));
      i += count;
    }
  }
  refuseBoth(given);
  return { ...read, given };
}

/** Refuses an option beside its opposite, of which the last would win without a word. */
function refuseBoth(given: ReadonlyMap<string, unknown>): void {
  const opposite = [...given.keys()].find((long) => given.has(long.replace('--', '--no-')));
  if (opposite === undefined) return;
  const other = opposite.replace('--', '--no-');
  throw usageError({
    where: opposite,
    expected: `${opposite} or ${other}`,
    received: 'both',
    remedy: 'Leave one of the two out.',
  });
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

function isHelp(word: string): boolean {
  return word === '-h' || word === '--help';
}

function commandOf(word: string, program: Command): Command {
  const known = program.commands.find((command) => command.name() === word);
  if (known !== undefined) return known;
  const names = program.commands.map((command) => command.name());
  const isPath = /[./\\]/.test(word);
  const remedy = isPath ? `Write lowbit quantize ${word}.` : 'Run lowbit --help for what each does.';
  throw usageError({
    where: 'command line',
    expected: `a command: ${names.join(', ')}`,
    received: `unknown command '${word}'`,
    remedy,
    ...suggestName(word, names),
  });
}

/** The option that a word stands for: `--name`, `--name=value`, `-n` or `-nvalue`. */
function optionOf(word: string, command: Command, program: Command): Option {
  const name = nameOf(word);
  const found = optionIn(name, command);
  if (found !== undefined) return found;
  throw usageError({
    where: 'command line',
    expected: `an option of ${titleOf(command)}`,
    received: `unknown option '${name}'`,
    remedy: whereOption(name, command, program),
  });
}

/** The value behind the `=` of a word. */
const valueIn = (word: string): string | undefined => /=(.*)$/s.exec(word)?.[1];

const nameOf = (word: string): string =>
  word.startsWith('--') ? word.replace(/=.*$/s, '') : word.slice(0, 2);

function optionIn(name: string, command: Command): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name);
}

function whereOption(name: string, command: Command, program: Command): string {
  const foreign = oursFor(name);
  if (foreign !== undefined) return foreign;
  const near = nearestName(
    name,
    [...command.options.map(({ long }) => long ?? ''), '--help'].filter((long) => long !== ''),
  );
  const others = program.commands.filter((other) => optionIn(name, other) !== undefined).map(titleOf);
  if (others.length > 0 && command === program) return `Write it after the command: ${others[0]} ${name}.`;
  const meant = meantBy(name, command) ?? near;
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return others.length > 0
    ? `It is an option of ${others.join(' and ')}.`
    : `Run ${titleOf(command)} --help for the options.`;
}

/** What options are called by who guesses their names. */
const guesses: readonly (readonly [RegExp, string])[] = [
  [/^--(methods?|quantizers?|algorithms?|schemes?)$/, '--weights'],
  [/^--(width|widths|precision|choices)$/, '--bits'],
  [/^--(groups?|group-size|groupsize)$/, '--granularity'],
  [/^--(budget|size|max-size|bytes|max-bytes)$/, '--target-size'],
  [/^--(data|samples|images|inputs?)$/, '--calibrate'],
  [/^--(threads|workers|parallel)$/, '--jobs'],
];

/** The option of a command that a guess stands for. */
const meantBy = (name: string, command: Command): string | undefined =>
  guesses.find(([guess, ours]) => guess.test(name) && optionIn(ours, command) !== undefined)?.[1];

/** The words without these options, by their long names, and without the values of these. */
export function withoutOptions(
  words: readonly string[],
  command: Command,
  longs: readonly string[],
): readonly string[] {
  const kept: string[] = [];
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  for (let i = 0; i < end; i++) {
    const word = words[i] as string;
    const option = isOption(word) ? optionIn(nameOf(word), command) : undefined;
    const values = option === undefined ? 0 : valuesAfter(option, words.slice(i, end));
    const long = option?.long ?? '';
    const isDropped = longs.includes(long) || longs.includes(long.replace(/^--no-/, '--'));
    if (!isDropped) kept.push(...words.slice(i, i + 1 + values));
    i += values;
  }
  return end === words.length ? kept : [...words.slice(end + 1), ...kept];
}

/** How many of the words after an option are its values. */
function valuesAfter({ required, variadic, long, short }: Option, words: readonly string[]): number {
  const [word = '', ...rest] = words;
  if (!required || (word !== long && word !== short)) return 0;
  if (!variadic) return 1;
  const next = rest.slice(1).findIndex(isOption);
  return next < 0 ? rest.length : next + 1;
}

/** What is typed to run a command: `lowbit quantize`. */
export function titleOf(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
}
