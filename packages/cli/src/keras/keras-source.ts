import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';

import { bytesBlob } from '@lowbit/data/archive';
import type { KerasFile, KerasSource } from '@lowbit/keras';

import { readInput } from '../files/read-input.js';

/** A model of Keras on the disk: a whole file, or weights and the topology that they are for. */
export async function kerasSource(
  file: string,
  topology: string | undefined,
  signal: AbortSignal,
): Promise<KerasSource> {
  const given = await namedFile(file, signal);
  if (topology === undefined && (await isTopology(file))) return { topology: given };
  return topology === undefined ? given : { topology: await namedFile(topology, signal), weights: given };
}

/** A topology alone, of which layers can be told, and which is a model where no layer has weights. */
async function isTopology(path: string): Promise<boolean> {
  return extname(path) === '.json' && isKerasFile(path);
}

/** Enough for the names of the first members of a topology. */
const headBytes = 4096;

/** Whether a file is one of Keras, by what it begins with: HDF5, a `.keras` archive, or a topology. What cannot be opened is none. */
export async function isKerasFile(path: string): Promise<boolean> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0);
    const text = Buffer.from(buffer.buffer, 0, bytesRead).toString('latin1');
    if (text.startsWith('\x89HDF')) return true;
    if (text.startsWith('PK')) return extname(path) === '.keras';
    return (
      /^(\xef\xbb\xbf)?\s*\{/.test(text) && text.includes('"class_name"') && !text.includes('"modelTopology"')
    );
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

/** The bytes with their name, which errors tell. */
async function namedFile(path: string, signal: AbortSignal): Promise<KerasFile> {
  return bytesBlob(await readInput(path, signal), basename(path));
}
