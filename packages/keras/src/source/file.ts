import { LowbitError } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { bytesBlob, type DataBlob } from '@lowbit/data/archive';

/** A file: its bytes, or a `File` or `Blob`, of which no more is read than is needed. */
export type KerasFile = Uint8Array | ArrayBuffer | DataBlob;

/** Bytes that a file may have: more do not stand in one piece of memory. */
const largest = 2 ** 32 - 2 ** 16;

/** A file as a blob, with a name for messages. */
export function toBlob(file: unknown, fallback: string): DataBlob & { readonly name: string } {
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

function named(blob: DataBlob, name: string): DataBlob & { readonly name: string } {
  return { name, size: blob.size, slice: (start, end) => blob.slice(start, end) };
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
export async function allBytes(
  file: DataBlob & { readonly name: string },
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  stopIfAborted(signal, file.name);
  if (file.size === 0) throw new LowbitError({ code: 'model-empty', where: file.name });
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
export async function firstBytes(
  file: DataBlob & { readonly name: string },
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.slice(0, Math.min(count, file.size)).arrayBuffer());
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    throw new LowbitError({ code: 'file-unreadable', where: file.name, received }, { cause: error });
  }
}
