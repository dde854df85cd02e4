import { readFile } from 'node:fs/promises';

import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';
import * as tf from '@tensorflow/tfjs-core';

/** A tensor as the scripts of `@lowbit/keras` write it. */
export interface Packed {
  readonly shape: number[];
  readonly type: 'float32' | 'int32';
  readonly data: string;
}

/** What Keras computes. */
export interface Golden {
  readonly inputs: readonly Packed[];
  readonly outputs: readonly Packed[] | Readonly<Record<string, Packed>>;
}

/** The files of a case, by name. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The cases that the scripts of `@lowbit/keras` wrote, by name. */
export async function casesOf(name: string): Promise<ReadonlyMap<string, Files>> {
  const bytes = await readFile(new URL(`../../keras/fixtures/${name}`, import.meta.url));
  const archive = await zipArchive(blobFile(bytesBlob(bytes, name), 0));
  const cases = new Map<string, Map<string, Uint8Array>>();
  for (const entry of archive.entries) {
    const [folder, file] = entry.name.split('/') as [string, string];
    const source = await archive.open(entry);
    cases.set(
      folder,
      (cases.get(folder) ?? new Map<string, Uint8Array>()).set(file, await source.read(entry.bytes)),
    );
    await source.close();
  }
  return cases;
}

export function tensorOf({ shape, type, data }: Packed): tf.Tensor {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
  return tf.tensor(type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer), shape, type);
}
