import { blobFile, zipArchive, type DataBlob, type ZipArchive } from '@lowbit/data/archive';

import { asModelError, malformed } from '../errors.js';
import { notKeras, strangeArchive } from './recognise.js';

/** What is in a `.keras` file. */
export interface KerasArchive {
  /** Text of `config.json`. */
  readonly config: string;
  /** Text of `metadata.json`, where there is one. */
  readonly metadata?: string;
  /** The bytes of `model.weights.h5`, in memory of their own. */
  weights(): Promise<Uint8Array>;
}

/** Bytes of a JSON text in an archive. */
const longestText = 256 * 2 ** 20;

/**
 * Reads the texts in a `.keras` file. Nothing is unpacked before its declared size was checked.
 *
 * @throws LowbitError `model-malformed`, `model-not-keras` for another archive, or one whose weights are pickled.
 */
export async function kerasArchive(blob: DataBlob & { readonly name: string }): Promise<KerasArchive> {
  const archive = await zipArchive(blobFile(blob, 0)).catch((error: unknown) => {
    throw asModelError(error);
  });
  const names = archive.entries.map(({ name }) => name);
  if (!names.includes('config.json')) throw strangeArchive(names, blob.name);
  const metadata = names.includes('metadata.json')
    ? await text(archive, 'metadata.json', blob.name)
    : undefined;
  return {
    config: await text(archive, 'config.json', blob.name),
    ...(metadata !== undefined && { metadata }),
    weights: () => content(archive, weightsName(names, blob.name), blob.name),
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
    throw notKeras(
      where,
      'weights in several parts',
      'Save them as files of their own, and give them with the topology: { topology, weights: [part, part] }.',
    );
  throw malformed(where, 'an entry model.weights.h5', names.slice(0, 8).join(', '));
}

async function text(archive: ZipArchive, name: string, where: string): Promise<string> {
  const entry = archive.entries.find((each) => each.name === name)!;
  if (entry.bytes > longestText)
    throw malformed(`${where}: ${name}`, `at most ${longestText} bytes`, `${entry.bytes}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await content(archive, name, where));
  } catch (error) {
    if (error instanceof TypeError) throw malformed(`${where}: ${name}`, 'text in UTF-8', 'other bytes');
    throw error;
  }
}

async function content(archive: ZipArchive, name: string, where: string): Promise<Uint8Array> {
  const entry = archive.entries.find((each) => each.name === name)!;
  try {
    const source = await archive.open(entry);
    try {
      const bytes = await source.read(entry.bytes);
      await source.finish();
      return bytes;
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof RangeError)
      throw malformed(`${where}: ${name}`, 'a size that fits in memory', `${entry.bytes} bytes`);
    throw asModelError(error);
  }
}
