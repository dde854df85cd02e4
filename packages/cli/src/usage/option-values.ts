import { isLowbitError, type Granularity, type ParameterStorage, type Problem } from '@lowbit/core';
import { suggestName } from '@lowbit/core/adapter';
import { parseTarget, type RuntimeTarget } from '@lowbit/onnx';

import { UsageError, usageError } from './usage-error.js';

/** The words for a width in messages. */
export const bitsExpected = 'a whole number from 1 to 16';

/** Parses the value of `--bits`: a width, or a policy, which is looked up when the methods are known. */
export function parseBits(value: string): number | string {
  return /^[a-z]/.test(value) ? value : wholeBits('--bits', value, `${bitsExpected}, or a policy`);
}

/** Parses the value of `--first-last`: bits, or `float`. */
export function parseFirstLast(value: string): number | 'float' {
  return value === 'float' ? value : wholeBits('--first-last', value, `${bitsExpected}, or float`);
}

/** Parses the value of `--activation-bits`. */
export function parseActivationBits(value: string): number {
  return wholeBits('--activation-bits', value, bitsExpected);
}

/** Parses the value of `--target`. */
export function parseTargetOption(value: string): RuntimeTarget {
  try {
    return parseTarget(value);
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const remedy = 'For instance --target ort-web@1.30/wasm or --target ort-web@1.30/webgpu.';
    throw new UsageError({ remedy, ...(error.problems[0] as Problem), where: '--target' });
  }
}

/** Parses the value of `--granularity`. */
export function parseGranularity(value: string): Granularity {
  if (value === 'tensor' || value === 'channel') return value;
  if (/^group:[1-9]\d{0,8}$/.test(value)) return value as Granularity;
  throw usageError({
    where: '--granularity',
    expected: 'channel, tensor, or group and a size, for instance group:32',
    received: quoted(value),
    ...suggestName(value, ['channel', 'tensor', 'group:32']),
  });
}

/** The values of `--parameters`, and what each stands for. */
const parameterStorages: ReadonlyMap<string, ParameterStorage> = new Map<string, ParameterStorage>([
  ['float32', 'float32'],
  ['float16', 'float16'],
  ['two-level:6', { kind: 'two-level', bits: 6 }],
  ['two-level:8', { kind: 'two-level', bits: 8 }],
]);

/** Parses the value of `--parameters`. */
export function parseParameters(value: string): ParameterStorage {
  const found = parameterStorages.get(value);
  if (found !== undefined) return found;
  const known = [...parameterStorages.keys()];
  const remedy = 'Give float16, or for TensorFlow.js two-level:6 or two-level:8.';
  throw usageError({
    where: '--parameters',
    expected: known.join(' or '),
    received: quoted(value),
    ...(value.startsWith('two-level') ? { remedy } : suggestName(value, known.slice(0, 2))),
  });
}

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
]);

/** Bytes: a number, or one with kB, MB or GB, of 1000 each. What is less than a byte does not count. */
export function parseSize(value: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value.trim()) ?? [];
  const factor = units.get(unit.toLowerCase());
  // As text, since 1.1 · 1000 is not 1100.
  const bytes = factor === undefined ? NaN : Math.floor(Number((Number(digits) * factor).toPrecision(15)));
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw usageError({
    where: '--target-size',
    expected: 'bytes, or a number with kB, MB or GB, which are 1000 each: 1500000 or 1.5MB',
    received: quoted(value),
  });
}

/** A parser for an option with few values. */
export function choiceParser<T extends string>(where: string, values: readonly T[]): (value: string) => T {
  return (value) => {
    const found = values.find((known) => known === value);
    if (found !== undefined) return found;
    throw usageError({
      where,
      expected: values.join(' or '),
      received: quoted(value),
      ...suggestName(value, values),
    });
  };
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** Gathers the values of an option that takes several at once, and may be given several times. */
export function collectAll(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** A parser for a whole number of at least `least`. */
export function parseCount(where: string, least: number): (value: string) => number {
  return (value) => {
    const count = /^\d{1,9}$/.test(value) ? Number(value) : -1;
    if (count >= least) return count;
    throw usageError({ where, expected: `a whole number of at least ${least}`, received: quoted(value) });
  };
}

/** A value as the user typed it, in quotation marks. */
export function quoted(value: string): string {
  return JSON.stringify(value);
}

function wholeBits(where: string, value: string, expected: string): number {
  const bits = /^\d{1,2}$/.test(value) ? Number(value) : 0;
  if (bits >= 1 && bits <= 16) return bits;
  throw usageError({ where, expected, received: quoted(value) });
}
