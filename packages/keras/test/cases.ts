import { readFile } from 'node:fs/promises';

import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';

/** A tensor as the scripts in `fixtures/` write it. */
export interface StoredTensor {
  readonly shape: number[];
  readonly type: 'float32' | 'int32';
  readonly data: string;
}

/** What Keras says about a model. */
export interface Golden {
  readonly inputs: readonly StoredTensor[];
  readonly outputs: readonly StoredTensor[] | Readonly<Record<string, StoredTensor>>;
  readonly weights: Readonly<Record<string, readonly StoredTensor[]>>;
}

/** The files of a case, by name. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The cases of an archive that scripts of Keras wrote, by name. */
export async function casesOf(path: URL): Promise<ReadonlyMap<string, Files>> {
  const bytes = await readFile(path);
  const archive = await zipArchive(blobFile(bytesBlob(bytes, path.pathname), 0));
  const cases = new Map<string, Map<string, Uint8Array>>();
  for (const entry of archive.entries) {
    const [folder, file] = entry.name.split('/') as [string, string];
    const source = await archive.open(entry);
    const files = cases.get(folder) ?? new Map<string, Uint8Array>();
    cases.set(folder, files.set(file, await source.read(entry.bytes)));
    await source.close();
  }
  return cases;
}

export function goldenOf(files: Files): Golden {
  return JSON.parse(new TextDecoder().decode(files.get('golden.json'))) as Golden;
}

export function valuesOf({ data, type }: StoredTensor): Float32Array | Int32Array {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
  return type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
}
