import { remedyFor } from '../errors/check-argument.js';
import type { Problem } from '../errors/error.js';
import { nearestName, suggestName } from '../errors/nearest-name.js';
import { wordValue } from '../errors/word-value.js';
import { batchesType } from '../contract/check-batches.js';
import type { Plugin } from '../contract/plugin.js';
import { isGranularity } from './granularity.js';

type Members = Readonly<Record<string, unknown>>;

/** What types alone do not keep out of a recipe or one of its rules, where a program is plain JavaScript. */
export function typeProblems(part: Members, where: string): Problem[] {
  const at = (name: string) => `${where}.${name}`;
  const promises = Object.keys(part).filter((name) => isPromise(part[name]));
  return [
    ...promises.map((name) => ({
      code: 'invalid-argument' as const,
      where: at(name),
      expected: 'the value itself',
      received: 'a promise',
      remedy: `Await it first: ${name}: await …`,
    })),
    ...Object.entries(pluginKinds).flatMap(([name, kind]) => choiceProblems(part[name], kind, at(name))),
    ...['include', 'exclude'].flatMap((name) => listProblems(part[name], at(name), 'decoder*')),
    ...['includeOps', 'excludeOps'].flatMap((name) => listProblems(part[name], at(name), 'Conv*')),
    ...bitsProblems(part['bits'], at('bits')),
    ...granularityProblems(part['granularity'], at('granularity')),
    ...storageProblems(part['parameterStorage'], at('parameterStorage')),
    ...activationBitsProblems(part['activationBits'], at('activationBits')),
    ...flagProblems(part['correctBiases'], at('correctBiases')),
    ...seedProblems(part['seed'], at('seed')),
  ];
}

const isPromise = (value: unknown) => typeof (value as { then?: unknown } | undefined)?.then === 'function';

function listProblems(given: unknown, where: string, glob: string): Problem[] {
  if (given === undefined) return [];
  const example = `${where.split('.').at(-1)}: ['${glob}']`;
  const expected = `a list of names and globs (text with * and ?), for instance ${example}`;
  if (!Array.isArray(given)) return [problem(where, expected, wordValue(given))];
  return given
    .filter((glob) => typeof glob !== 'string')
    .map((glob) => problem(where, expected, wordValue(glob)));
}

/** Members that choose a plugin, by a name or as a value, with its kind. */
const pluginKinds = {
  weights: 'quantizer',
  activations: 'quantizer',
  bits: 'policy',
  rounding: 'rounder',
  schedule: 'schedule',
} as const satisfies Readonly<Record<string, Plugin['kind']>>;

/** Texts are looked up later; promises, numbers and functions are told elsewhere. */
function choiceProblems(given: unknown, kind: Plugin['kind'], where: string): Problem[] {
  if (given === undefined || given === null || isPromise(given)) return [];
  if (typeof given === 'string' || typeof given === 'function') return [];
  if (typeof given === 'number' && kind === 'policy') return [];
  const { kind: received } = Object(given) as { kind?: unknown };
  if (received === kind) return [];
  const expected = `${kind === 'policy' ? 'a number, or a bit policy' : `a ${kind}`}, by its name or as a value`;
  const found = problem(where, expected, typeof received === 'string' ? `a ${received}` : wordValue(given));
  const [only]: readonly unknown[] = Array.isArray(given) && given.length === 1 ? given : [];
  if (typeof only !== 'string' && typeof only !== 'number') return [found];
  const written = typeof only === 'string' ? `'${only}'` : String(only);
  return [{ ...found, remedy: `Write ${where.split('.').at(-1)}: ${written}, without brackets.` }];
}

function bitsProblems(given: unknown, where: string): Problem[] {
  const isNumberAsText = typeof given === 'string' && given.trim() !== '' && Number.isFinite(Number(given));
  const isNoNumber = given === null || given === 'float' || Number.isNaN(given);
  if (!isNumberAsText && !isNoNumber) return [];
  const remedy = isNumberAsText ? { remedy: `Write bits: ${Number(given)}, without quotes.` } : {};
  return [{ ...problem(where, 'a number, or a bit policy', wordValue(given)), ...remedy }];
}

function granularityProblems(given: unknown, where: string): Problem[] {
  if (given === undefined || isGranularity(given)) return [];
  const written = typeof given === 'number' ? `group:${given}` : given;
  const found = problem(where, "'tensor', 'channel' or 'group:N'", wordValue(given));
  if (typeof written !== 'string') return [found];
  if (/^group/i.test(written)) return [{ ...found, remedy: groupRemedy(written) }];
  const meant = nearestName(written.replace(/^per[^a-z]*/i, ''), ['tensor', 'channel']);
  return [meant === undefined ? found : { ...found, remedy: `Write granularity: '${meant}'.` }];
}

/** A size that cannot be meant so, such as 1.5 or 1e9, is not guessed. */
function groupRemedy(written: string): string {
  const [, size] = /^groups?[^\d.]*(\d*)$/i.exec(written) ?? [];
  const meant = size === '' ? 32 : Number(size);
  if (meant >= 2 && isGranularity(`group:${meant}`)) return `Write granularity: 'group:${meant}'.`;
  return "Write group: and a whole number from 2, for instance granularity: 'group:32'.";
}

const storages: readonly unknown[] = ['float32', 'float16'];

function storageProblems(given: unknown, where: string): Problem[] {
  if (given === undefined || storages.includes(given)) return [];
  if (typeof given === 'object' && given !== null) return [];
  const bits = /^two-level:?([68])?$/.exec(String(given));
  const expected = "'float32', 'float16' or { kind: 'two-level', bits: 6 }";
  const found: Problem = { ...problem(where, expected, wordValue(given)), code: 'unsupported-storage' };
  if (bits === null) return [{ ...found, ...suggestName(String(given), ['float32', 'float16']) }];
  return [{ ...found, remedy: `Write parameterStorage: { kind: 'two-level', bits: ${bits[1] ?? 6} }.` }];
}

function activationBitsProblems(given: unknown, where: string): Problem[] {
  if (given === undefined || given === 'weights' || typeof given === 'number') return [];
  const isText = typeof given === 'string' && !Number.isFinite(Number(given));
  if (isText || Object(given).kind === 'policy') return [];
  return [problem(where, "a number, 'weights', or a bit policy", wordValue(given))];
}

function flagProblems(given: unknown, where: string): Problem[] {
  if (given === undefined || typeof given === 'boolean' || isPromise(given)) return [];
  return [problem(where, 'true or false', wordValue(given))];
}

function seedProblems(given: unknown, where: string): Problem[] {
  if (given === undefined || Number.isSafeInteger(given)) return [];
  return [problem(where, 'an integer', wordValue(given))];
}

/** The problem of what no batches can be taken from. A promise is told by its own. */
export function dataProblems(given: unknown, where: string): Problem[] {
  const { expected, fits, remedy } = batchesType;
  if (given === undefined || isPromise(given) || fits(given)) return [];
  const read = "Read files with readBatches of @lowbit/data/node: data: readBatches('photos', …).";
  const told = typeof given === 'string' ? { remedy: read } : remedyFor(given, remedy);
  return [{ ...problem(where, expected, wordValue(given)), ...told }];
}

function problem(where: string, expected: string, received: string): Problem {
  return { code: 'invalid-argument', where, expected, received };
}
