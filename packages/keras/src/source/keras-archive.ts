import type { CancelSignal } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { blobFile, zipArchive, type EntrySource, type ZipArchive, type ZipEntry } from '@lowbit/data/archive';

import { asModelError, malformed } from '../errors.js';
import { partOf, toBlob, type NamedBlob } from '../file.js';
import { notKeras, strangeArchive } from './recognise.js';

/** How an archive is read. */
export interface ArchiveOptions {
  /** Cancels the comparison of its weights with their checksum. */
  readonly signal?: CancelSignal | undefined;
  /** Share of the weights that were compared, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** What is in a `.keras` file. */
export interface KerasArchive {
  /** Text of `config.json`. */
  readonly config: string;
  /** Text of `metadata.json`, where there is one. */
  readonly metadata?: string;
  /** `model.weights.h5`, compared with its checksum. Part of the archive, unless it is compressed there. */
  weights(): Promise<NamedBlob>;
}

/** Bytes that are gone through at once where an entry is only compared with its checksum. */
const pieceBytes = 2 ** 20;

/** Bytes of `config.json`. */
const longestText = 64 * 2 ** 20;

/** Bytes of `metadata.json`, which holds a version and a date. */
const longestMetadata = 2 ** 16;

/**
 * Reads the texts in a `.keras` file. Nothing is unpacked before its declared size was checked.
 *
 * @throws LowbitError `model-malformed`, `model-not-keras` for another archive, or one whose weights are pickled.
 */
export async function kerasArchive(blob: NamedBlob, options: ArchiveOptions = {}): Promise<KerasArchive> {
  const archive = await zipArchive(blobFile(blob, 0)).catch((error: unknown) => {
    throw asModelError(error);
  });
  const names = archive.entries.map(({ name }) => name);
  if (!names.includes('config.json')) throw strangeArchive(names, blob.name);
  const metadata = names.includes('metadata.json')
    ? await text(archive, 'metadata.json', blob.name, longestMetadata)
    : undefined;
  return {
    config: await text(archive, 'config.json', blob.name, longestText),
    ...(metadata !== undefined && { metadata }),
    weights: () => entryBlob(archive, weightsName(names, blob.name), blob, options),
  };
}

function weightsName(names: readonly string[], where: string): string {
  if (names.includes('model.weights.h5')) return 'model.weights.h5';
  if (names.includes('model.weights.npz'))
    throw notKeras(
      where,
      'model.weights.npz, whose values are pickled objects of Python',
      'Save the model again: Keras writes model.weights.h5 by default.',
    );
  if (names.includes('model.weights.json'))
    throw notKeras(where, 'weights in several parts', 'Save it again in one part, without max_shard_size.');
  throw malformed(where, 'an entry model.weights.h5', names.slice(0, 8).join(', '));
}

async function text(archive: ZipArchive, name: string, where: string, longest: number): Promise<string> {
  const entry = archive.entries.find((each) => each.name === name)!;
  if (entry.bytes > longest)
    throw malformed(`${where}: ${name}`, `at most ${longest} bytes`, `${entry.bytes}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await content(archive, name, where));
  } catch (error) {
    if (error instanceof TypeError) throw malformed(`${where}: ${name}`, 'text in UTF-8', 'other bytes');
    throw error;
  }
}

/** An entry as a file. What is stored as it is, which is how Keras writes it, is not read into memory. */
async function entryBlob(
  archive: ZipArchive,
  name: string,
  blob: NamedBlob,
  { signal, onProgress }: ArchiveOptions,
): Promise<NamedBlob> {
  const where = `${blob.name}: ${name}`;
  const entry = archive.entries.find((each) => each.name === name)!;
  if (entry.method === 'deflate') return toBlob(await content(archive, name, blob.name), where);
  await reading(archive, entry, where, async (source) => {
    for (let at = 0; at < entry.bytes; at += pieceBytes) {
      stopIfAborted(signal, where);
      await source.skip(Math.min(pieceBytes, entry.bytes - at));
      onProgress?.(Math.min(1, (at + pieceBytes) / entry.bytes));
    }
  });
  const start = await archive.contentStart(entry).catch((error: unknown) => {
    throw asModelError(error);
  });
  return partOf(blob, where, start, entry.bytes);
}

function content(archive: ZipArchive, name: string, where: string): Promise<Uint8Array> {
  const entry = archive.entries.find((each) => each.name === name)!;
  return reading(archive, entry, `${where}: ${name}`, (source) => source.read(entry.bytes));
}

/** What is read of all of an entry, whose size and checksum must then be right. */
async function reading<T>(
  archive: ZipArchive,
  entry: ZipEntry,
  where: string,
  read: (source: EntrySource) => Promise<T>,
): Promise<T> {
  try {
    const source = await archive.open(entry);
    try {
      const result = await read(source);
      await source.finish();
      return result;
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof RangeError)
      throw malformed(where, 'a size that fits in memory', `${entry.bytes} bytes`);
    throw asModelError(error);
  }
}
