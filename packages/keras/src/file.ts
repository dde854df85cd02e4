import { isLowbitError, LowbitError, type CancelSignal } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { bytesBlob, type DataBlob } from '@lowbit/data/archive';

import { empty } from './errors.js';

/** A file: its bytes, or a `File` or `Blob`, of which no more is read than is needed. */
export type KerasFile = Uint8Array | ArrayBuffer | DataBlob;

/** A file that is read by its parts, with a name for messages. */
export type NamedBlob = DataBlob & { readonly name: string };

/** Bytes that a file may have: more do not stand in one piece of memory. */
const largest = 2 ** 32 - 2 ** 16;

/** A file as a blob, with a name for messages. */
export function toBlob(file: unknown, fallback: string): NamedBlob {
  if (file instanceof Uint8Array) return named(bytesBlob(file, fallback), fallback);
  if (file instanceof ArrayBuffer) return named(bytesBlob(new Uint8Array(file), fallback), fallback);
  if (isBlob(file)) return named(file, file.name ?? fallback);
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'keras',
    expected: 'bytes, a File or a Blob, or { topology, weights }',
    received: typeof file === 'string' ? 'text' : file instanceof Promise ? 'a promise' : typeof file,
    remedy: remedyFor(file),
  });
}

export function isBlob(value: unknown): value is DataBlob {
  const { size, slice } = (value ?? {}) as Partial<DataBlob>;
  return typeof size === 'number' && typeof slice === 'function';
}

function named(blob: DataBlob, name: string): NamedBlob {
  const { fill } = blob;
  return {
    ...{ name, size: blob.size, slice: (start, end) => blob.slice(start, end) },
    ...(fill !== undefined && { fill: (into, at) => fill.call(blob, into, at) }),
  };
}

function remedyFor(value: unknown): string {
  if (value instanceof Promise) return 'Wait for it with await.';
  return typeof value === 'string'
    ? 'Read the file first: keras(await readFile(path)).'
    : 'Give the file as it is on the disk or was dropped.';
}

/**
 * All bytes of a file, in memory of their own.
 *
 * @throws LowbitError `model-too-large`, `model-empty`, `file-unreadable`, `aborted`.
 */
export async function allBytes(file: NamedBlob, signal?: CancelSignal): Promise<Uint8Array<ArrayBuffer>> {
  stopIfAborted(signal, file.name);
  if (file.size === 0) throw empty(file.name);
  if (file.size > largest)
    throw new LowbitError({
      code: 'model-too-large',
      where: file.name,
      expected: `at most ${largest} bytes`,
      received: `${file.size}`,
      remedy: 'Save the weights in several files: save_weights(path, max_shard_size=1).',
    });
  return firstBytes(file, file.size);
}

/** The first bytes of a file, as many as there are. */
export function firstBytes(file: NamedBlob, count: number): Promise<Uint8Array<ArrayBuffer>> {
  return bytesBetween(file, 0, Math.min(count, file.size));
}

/**
 * Bytes of a file from `start` to `end`, in memory of their own.
 *
 * @throws LowbitError `file-unreadable`, also where the file has become shorter.
 */
async function bytesBetween(file: NamedBlob, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await file
    .slice(start, end)
    .arrayBuffer()
    .catch((error: unknown) => {
      // What reads tells what is wrong, also that it was cancelled.
      if (isLowbitError(error)) throw error;
      throw unreadable(file, error instanceof Error ? error.message : String(error), error);
    });
  if (bytes.byteLength === end - start) return new Uint8Array(bytes);
  throw unreadable(file, `${bytes.byteLength} bytes in the place of ${end - start}`);
}

/** The same, from `start` on into memory that is there. */
export async function fillFrom(file: NamedBlob, start: number, into: Uint8Array): Promise<void> {
  if (file.fill === undefined) return into.set(await bytesBetween(file, start, start + into.length));
  const found = await file.fill(into, start).catch((error: unknown) => {
    if (isLowbitError(error)) throw error;
    throw unreadable(file, error instanceof Error ? error.message : String(error), error);
  });
  if (found < into.length) throw unreadable(file, `${found} bytes in the place of ${into.length}`);
}

function unreadable(file: NamedBlob, received: string, cause?: unknown): LowbitError {
  const remedy = 'Give the file again, and leave it as it is until its weights were read.';
  return new LowbitError({ code: 'file-unreadable', where: file.name, received, remedy }, { cause });
}

/** A part of a file as one of its own. */
export function partOf(file: NamedBlob, name: string, start: number, size: number): NamedBlob {
  const { fill } = file;
  return {
    ...{ name, size, slice: (from, to) => file.slice(start + from, start + Math.min(to, size)) },
    ...(fill !== undefined && {
      fill: (into, at) => fill.call(file, into.subarray(0, Math.max(0, size - at)), start + at),
    }),
  };
}
