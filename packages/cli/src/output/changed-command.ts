import type { RecipeChange } from '@lowbit/core';
import type { Command } from 'commander';

import { budgetNames } from '../usage/budget-options.js';
import { optionName } from '../usage/option-name.js';
import { decidedByPlan } from '../usage/quantize-options.js';
import { withoutOptions } from '../usage/read-words.js';

/** What a change decides, which is then not given twice. A plan decides everything. */
const decides: Readonly<Record<keyof RecipeChange, readonly string[]>> = {
  bits: ['bits', 'firstLast', ...budgetNames],
  weights: ['weights'],
  granularity: ['granularity'],
  activationBits: ['activationBits'],
  activations: ['activations', 'activationBits', 'integers', 'calibration', 'saveCalibration'],
  exclude: [],
};

/** Options that name files. */
const files = ['output', 'report', 'saveCalibration'];

/**
 * The command line that was typed, with a recipe changed, to be typed again.
 *
 * @param words - without `lowbit`
 * @param command - that they run
 */
export function changedCommand(words: readonly string[], command: Command, change: RecipeChange): string {
  const names = Object.keys(change) as (keyof RecipeChange)[];
  const dropped = ['plan', ...names.flatMap((name) => decides[name])].map(optionName);
  const kept = withoutOptions(words, command, [...dropped, '--force']);
  const { exclude = [], ...others } = change;
  const members = Object.entries(others).filter(([name]) => name !== 'activations');
  const added = members.flatMap(([name, value]) => [optionName(name), String(value)]);
  const given = [...kept, ...added, ...exclude.flatMap((id) => ['--exclude', id])];
  // With other bits the result has another name.
  const replaces = change.bits === undefined || files.some((name) => words.some(isOption(optionName(name))));
  return commandWords([...given, ...(replaces ? ['--force'] : [])]);
}

/** Options of commands that find out what `lowbit quantize` is to do, which it has no use for, or another. */
const ofFinding = ['output', 'report', 'force', 'json', 'quiet', 'jobs', 'results', 'shard', 'queue'];

/**
 * The `lowbit quantize` that does what a command has found out: what is not decided by that is given again.
 *
 * @param words - of that command, without `lowbit`
 * @param decided - names of options that what was found out stands for
 * @param added - what was found out
 */
export function quantizingCommand(
  words: readonly string[],
  command: Command,
  decided: readonly string[],
  added: readonly string[],
): string {
  const [, ...kept] = withoutOptions(words, command, [...ofFinding, ...decided].map(optionName));
  return commandWords(['quantize', ...kept, ...added]);
}

/** The words of a command without its share of the work, and without what becomes of that. */
export function wholeWords(words: readonly string[], command: Command): readonly string[] {
  const ofShares = ['output', 'report', 'force', 'json', 'quiet', 'shard'];
  return withoutOptions(words, command, ofShares.map(optionName));
}

/** The command that applies the plan that the words have had made. */
export function applyingCommand(words: readonly string[], command: Command, plan: string): string {
  return quantizingCommand(words, command, decidedByPlan, ['--plan', plan]);
}

/** A command line of lowbit as a shell takes it. */
export function commandWords(words: readonly string[]): string {
  return ['lowbit', ...words].map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

const isOption = (long: string) => (word: string) =>
  word === long || word.startsWith(`${long}=`) || (long === '--output' && word.startsWith('-o'));
