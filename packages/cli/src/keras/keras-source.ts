import { basename } from 'node:path';

import { isLowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { partReader } from '@lowbit/data/node';
import type { KerasFile, KerasInspection, KerasModel, KerasSource } from '@lowbit/keras';

import { checkInput } from '../files/read-input.js';
import { jsonKind } from '../model/is-keras-file.js';
import { otherParts } from '../model/other-parts.js';
import { reworded } from '../usage/usage-error.js';

/** A model of Keras on the disk: a whole file, or weights and the topology that they are for. */
export interface KerasPlace {
  readonly file: string;
  readonly topology?: string | undefined;
}

/** Reads a model of Keras. Whoever asked for it closes it. @throws LowbitError as `readKeras`, in the words of the command line. */
export async function readKerasModel(
  place: KerasPlace,
  signal: AbortSignal,
  onProgress?: (share: number) => void,
): Promise<KerasModel> {
  const { readKeras } = await import('@lowbit/keras');
  return inOptions(readKeras(await kerasSource(place, signal), { signal, ...defined({ onProgress }) }));
}

/** Tells what is in a model of Keras, also in one that cannot be read. @throws LowbitError as `inspectKeras`, in the words of the command line. */
export async function inspectKerasModel(place: KerasPlace, signal: AbortSignal): Promise<KerasInspection> {
  const { inspectKeras } = await import('@lowbit/keras');
  return inOptions(inspectKeras(await kerasSource(place, signal), { signal }));
}

/** Remedies name options of the command line in the place of those of a program. */
async function inOptions<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    throw reworded(error, (text) => inCode.reduce((told, [code, shell]) => told.replace(code, shell), text));
  }
}

/** What a program gives, and what the command line: parts of weights or of a model of Keras, the files of one of TensorFlow.js. */
const inCode: readonly (readonly [RegExp, string])[] = [
  [
    /\{ topology, weights: \[[^}]*\}/g,
    'WEIGHTS --topology FILE, with all parts in one folder, named as Keras named them',
  ],
  [/\{ topology[^}]*\}/g, 'WEIGHTS --topology FILE'],
  [/\{ modelJson, shards \}/g, 'its folder'],
];

/** What a model is read from. */
async function kerasSource({ file, topology }: KerasPlace, signal: AbortSignal): Promise<KerasSource> {
  const named = (path: string) => namedFile(path, signal);
  const given = await named(file);
  if (topology === undefined) return (await jsonKind(file)) === 'topology' ? { topology: given } : given;
  const others = await Promise.all((await otherParts(file)).map(named));
  return { topology: await named(topology), weights: others.length === 0 ? given : [given, ...others] };
}

/** A file of which no more is read than is needed, with its name, which errors tell. */
async function namedFile(path: string, signal: AbortSignal): Promise<KerasFile> {
  await checkInput(path);
  const { size, read, fill } = await partReader(path, signal);
  const slice = (start: number, end: number) => ({
    arrayBuffer: async () => {
      const bytes = await read(start, end - start);
      return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
    },
  });
  return { name: basename(path), size, slice, fill: async (into: Uint8Array, at: number) => fill(into, at) };
}
