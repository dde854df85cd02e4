import { suggestName } from '../errors/nearest-name.js';
import { isGranularity } from './granularity.js';

/** Notes a problem at a place of the plan unless something holds. */
export type Expect = (
  holds: boolean,
  at: string,
  expected: string,
  received: unknown,
  hint?: { readonly remedy?: string },
) => void;

/** Checks that a weight of a plan has every member, each of its type. */
export function checkWeightShape(entry: Record<string, unknown>, at: string, expect: Expect): void {
  for (const key of ['id', 'layer', 'reason']) {
    expect(typeof entry[key] === 'string', `${at}.${key}`, 'a text', entry[key]);
  }
  const { bits } = entry;
  if (bits === 'float') return;
  const meant = typeof bits === 'string' ? suggestName(bits, ['float']) : {};
  expect(isWidth(bits), `${at}.bits`, "a whole number of at least 1, or 'float'", bits, meant);
  checkNamedShape(entry['quantizer'], `${at}.quantizer`, expect);
  const { rounding } = entry;
  if (rounding !== undefined) checkNamedShape(rounding, `${at}.rounding`, expect);
  const { instead = {} } = entry;
  const replaced = isRecord(instead) && Object.values(instead).every(isOption);
  expect(replaced, `${at}.instead`, 'numbers, booleans and texts by name', instead);
  const { wanted = '' } = entry;
  expect(typeof wanted === 'string', `${at}.wanted`, 'a text', wanted);
  expect(
    isGranularity(entry['granularity']),
    `${at}.granularity`,
    'tensor, channel or group:N',
    entry['granularity'],
  );
  expect(
    isStorage(entry['parameterStorage']),
    `${at}.parameterStorage`,
    "float32, float16 or { kind: 'two-level', bits: 6 or 8 }",
    entry['parameterStorage'],
  );
}

/** Checks that a site of a plan has every member, each of its type. */
export function checkActivationShape(entry: Record<string, unknown>, at: string, expect: Expect): void {
  for (const key of ['id', 'reason'])
    expect(typeof entry[key] === 'string', `${at}.${key}`, 'a text', entry[key]);
  expect(isWidth(entry['bits']), `${at}.bits`, 'a whole number of at least 1', entry['bits']);
  checkNamedShape(entry['quantizer'], `${at}.quantizer`, expect);
}

/** Checks that a bias of a plan names its layer and has a reason. */
export function checkBiasShape(entry: Record<string, unknown>, at: string, expect: Expect): void {
  for (const key of ['layer', 'reason'])
    expect(typeof entry[key] === 'string', `${at}.${key}`, 'a text', entry[key]);
}

/** Checks that what quantizes or rounds an entry has a name and options. */
export function checkNamedShape(named: unknown, at: string, expect: Expect): void {
  if (!isRecord(named)) {
    expect(false, at, '{ name, options }', named, namedHint(named));
    return;
  }
  expect(typeof named['name'] === 'string', `${at}.name`, 'a text', named['name']);
  const options = isRecord(named['options']) ? Object.values(named['options']) : [undefined];
  const simple = options.every(isOption);
  expect(simple, `${at}.options`, 'numbers, booleans and texts by name', named['options']);
}

/** What was meant where a text stands for the whole. */
function namedHint(received: unknown): { readonly remedy?: string } {
  if (typeof received !== 'string') return {};
  return {
    remedy:
      received === 'float'
        ? "A weight that stays as it is has bits: 'float' and no quantizer."
        : `Write { "name": ${JSON.stringify(received)}, "options": {} }; an option that is left out has its default.`,
  };
}

/** Whether a value can be a number of bits. */
export const isWidth = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;

const isOption = (value: unknown) => ['number', 'boolean', 'string'].includes(typeof value);

function isStorage(value: unknown): boolean {
  if (value === 'float32' || value === 'float16') return true;
  return isRecord(value) && value['kind'] === 'two-level' && (value['bits'] === 6 || value['bits'] === 8);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it stands in the file, or the beginning of that. */
export function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
