import { isLowbitError } from '../src/errors/error.js';

/** A call of an exported function that works: its arguments, made anew each time, and how it is called, where that is not all. */
export interface RightCall {
  readonly right: () => readonly unknown[];
  readonly call?: (...given: never[]) => unknown;
}

/** What a plain JavaScript program passes by mistake. */
const mistakes: readonly (readonly [name: string, make: () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a promise', () => Promise.resolve({})],
  ['a number', () => 7],
  ['a text', () => 'x'],
  ['an object', () => ({})],
  ['a misspelt option', () => ({ unknwn: 1 })],
  ['a list', () => []],
  ['a list of nothing', () => [undefined]],
  ['a function', () => () => undefined],
  ['bytes', () => new Uint8Array(4)],
];

/**
 * Calls every exported function with each of its arguments replaced by each mistake in turn, and says which calls fail with
 * anything but a LowbitError, or with one of the code `unexpected`.
 *
 * @param calls One for every export that is a function; the names of further calls are free.
 * @param exceptions Exports for which a raw TypeError is right, with the reason.
 */
export async function rawFailures(
  exports: object,
  calls: Readonly<Record<string, RightCall>>,
  exceptions: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function');
  const forgotten = functions.filter(([name]) => !(name in calls) && !(name in exceptions));
  const failures = forgotten.map(([name]) => `${name}: neither called nor an exception`);
  for (const [name, { right, call = Object(exports)[name] as never }] of Object.entries(calls)) {
    const run = call as (...given: readonly unknown[]) => unknown;
    const refusal = await failureOf(() => run(...right()));
    if (refusal !== undefined) failures.push(`${name} with right arguments: ${String(refusal)}`);
    for (const [position, mistake] of right().flatMap((_, i) => mistakes.map((one) => [i, one] as const))) {
      const given = right().map((one, i) => (i === position ? mistake[1]() : one));
      const failure = await failureOf(() => run(...given));
      const isTyped = failure === undefined || (isLowbitError(failure) && failure.code !== 'unexpected');
      if (!isTyped) failures.push(`${name}, argument ${position + 1} ${mistake[0]}: ${String(failure)}`);
    }
  }
  return failures;
}

/** What a call throws, rejects with, or gives as the first error of a sequence. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return undefined;
    for await (const each of result as AsyncIterable<unknown>) void each;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Objects whose members would not be read as options. */
const noOptions: readonly (readonly [name: string, make: () => unknown])[] = [
  ['a promise', () => Promise.resolve({})],
  ['a map', () => new Map()],
  ['a list', () => []],
  ['a controller', () => new AbortController()],
  ['bytes', () => new Uint8Array(0)],
];

/**
 * Calls each function with what is no plain object as its options, and says where that was not refused.
 *
 * @param calls Each with the options as its argument, by name.
 */
export async function acceptedOptions(
  calls: Readonly<Record<string, (options: never) => unknown>>,
): Promise<string[]> {
  const accepted: string[] = [];
  for (const [name, call] of Object.entries(calls))
    for (const [kind, make] of noOptions) {
      const failure = await failureOf(() => (call as (options: unknown) => unknown)(make()));
      if (!isLowbitError(failure) || failure.code !== 'invalid-argument')
        accepted.push(`${name}, ${kind}: ${String(failure)}`);
    }
  return accepted;
}
