import { LowbitError } from '@lowbit/core';

/** The bytes of a file, in any of the forms that readers of files give. */
export type ModelBytes = ArrayBufferView | ArrayBufferLike;

/** A view of bytes that were given, or a copy where other threads share them; `undefined` for anything else. */
export function asBytes(given: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (ArrayBuffer.isView(given)) {
    const { buffer, byteOffset, byteLength } = given;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    if (isShared(buffer)) return new Uint8Array(bytes);
    return (given instanceof Uint8Array ? given : bytes) as Uint8Array<ArrayBuffer>;
  }
  if (kindOf(given) === 'ArrayBuffer') return new Uint8Array(given as ArrayBuffer);
  return isShared(given) ? new Uint8Array(new Uint8Array(given as SharedArrayBuffer)) : undefined;
}

/**
 * The bytes of a model.
 *
 * @throws LowbitError `invalid-argument` for anything else, with what to write instead.
 */
export function modelBytes(given: unknown, where: string): Uint8Array<ArrayBuffer> {
  const bytes = asBytes(given);
  if (bytes !== undefined) return bytes;
  const { received, remedy } = mistakes.find(({ matches }) => matches(given)) ?? other(given);
  const expected = 'the bytes of an ONNX file, as a Uint8Array or an ArrayBuffer';
  throw new LowbitError({ code: 'invalid-argument', where, expected, received, remedy });
}

/** The class of a value, also of one from another window or frame. */
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const isShared = (value: unknown): boolean => kindOf(value) === 'SharedArrayBuffer';

/** Whether a value has a method of this name. */
const has = (value: unknown, method: string): boolean =>
  typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function';

interface Mistake {
  readonly received: string;
  readonly remedy: string;
  readonly matches: (given: unknown) => boolean;
}

const readFirst =
  "Read the file first: onnx(await readFile(path)) with 'node:fs/promises', or onnx(await (await fetch(url)).arrayBuffer()).";

/** What people give by mistake. */
const mistakes: readonly Mistake[] = [
  { received: 'a text', remedy: readFirst, matches: (given) => typeof given === 'string' },
  { received: 'a URL', remedy: readFirst, matches: (given) => kindOf(given) === 'URL' },
  {
    received: 'a promise',
    remedy: 'Wait for it: onnx(await bytes).',
    matches: (given) => has(given, 'then'),
  },
  {
    received: 'a response, a blob or a file',
    remedy: 'Take its bytes: onnx(await response.arrayBuffer()).',
    matches: (given) => has(given, 'arrayBuffer'),
  },
  {
    received: 'a stream',
    remedy: 'Read it to its end: onnx(await new Response(stream).arrayBuffer()).',
    matches: (given) => has(given, 'getReader'),
  },
  {
    received: 'a list',
    remedy: 'Make bytes of its numbers: onnx(Uint8Array.from(numbers)).',
    matches: Array.isArray,
  },
  {
    received: 'a model that is loaded',
    remedy:
      'Give the bytes of the ONNX file that it was loaded from; models of TensorFlow.js take tfjs(model).',
    matches: (given) => has(given, 'predict') || has(given, 'run'),
  },
];

const other = (given: unknown) => ({
  received: given === null ? 'null' : typeof given,
  remedy: readFirst,
});
