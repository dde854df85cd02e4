import { readFile } from 'node:fs/promises';

import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';

import type { KerasModel } from '../src/index.js';

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

/** The archives of `fixtures/` whose cases have all that is in `Golden`, with who wrote which kind of models in them. */
const archives = {
  keras3: 'Keras 3',
  keras2: 'tf-keras 2',
  'keras3-spatial': 'Keras 3, places',
  'keras2-spatial': 'tf-keras 2, places',
  'keras3-sequences': 'Keras 3, sequences',
  'keras2-sequences': 'tf-keras 2, sequences',
  'keras3-arithmetic': 'operators of Python',
  'keras3-infinite': 'Keras 3, infinite settings',
  'keras3-names': 'Keras 3, names that are not ASCII',
  'keras3-states': 'Keras 3, given states',
  'keras2-states': 'tf-keras 2, given states',
  'keras3-models': 'Keras 3, models in models',
  'keras2-models': 'tf-keras 2, models in models',
  'keras3-wiring': 'Keras 3, wiring',
  'keras2-wiring': 'tf-keras 2, wiring',
  'keras3-masks': 'Keras 3, masks',
  'keras2-masks': 'tf-keras 2, masks',
  'keras3-mask-rules': 'Keras 3, rules of masks',
  'keras3.3-mask-rules': 'Keras 3.3, rules of masks',
  'keras3.7-mask-rules': 'Keras 3.7, rules of masks',
  'keras3.10-mask-rules': 'Keras 3.10, rules of masks',
  'keras2-mask-rules': 'tf-keras 2, rules of masks',
  'keras3-masked-layers': 'Keras 3, layers behind masks',
  'keras2-masked-layers': 'tf-keras 2, layers behind masks',
  'keras3-types': 'Keras 3, types and axes',
  'keras2-types': 'tf-keras 2, types and axes',
  'keras3-ended': 'Keras 3, masks that have ended',
  'keras2-ended': 'tf-keras 2, masks that have ended',
  'keras3-functions': 'Keras 3, functions',
  'keras2-functions': 'tf-keras 2, functions',
  'keras3-edges': 'Keras 3, edges',
  'keras2-edges': 'tf-keras 2, edges',
  'keras3-copies': 'Keras 3, padded and tiled',
  'keras2-copies': 'tf-keras 2, padded and tiled',
  'keras3-operations': 'Keras 3, operations',
  'keras3-tensors': 'Keras 3, functions of several tensors',
  'keras2-operations': 'tf-keras 2, operations',
  'keras2.13-objects': 'Keras 2.13, objects',
  'keras3-applications': 'Keras 3, layers of applications',
  'keras2-applications': 'tf-keras 2, layers of applications',
  'keras3-kernels': 'Keras 3, kernels',
  'keras2-kernels': 'tf-keras 2, kernels',
  'keras3-open': 'Keras 3, open sizes',
  'keras2-open': 'tf-keras 2, open sizes',
} as const;

/** What Keras 1 wrote, by what it computed with. */
const archivesOfKeras1 = {
  'keras1-tensorflow': 'Keras 1, TensorFlow',
  'keras1-theano': 'Keras 1, Theano',
} as const;

/** The cases of an archive of `fixtures/`, by name. */
export const kerasCases = (
  archive:
    | keyof typeof archives
    | keyof typeof archivesOfKeras1
    | 'older'
    | 'refused'
    | 'keras3-shapes'
    | 'keras2-shapes',
): Promise<ReadonlyMap<string, Files>> => casesOf(new URL(`../fixtures/${archive}.zip`, import.meta.url));

/** All cases but older ones, by who wrote them. */
export const everyCase = (): Promise<readonly CasesOfWriter[]> => casesByWriter(archives);

/** Models of Keras 1, by what computed them: whole, and topology and weights apart. */
export const casesOfKeras1 = (): Promise<readonly CasesOfWriter[]> => casesByWriter(archivesOfKeras1);

type CasesOfWriter = readonly [string, ReadonlyMap<string, Files>];

function casesByWriter(writers: Readonly<Record<string, string>>): Promise<readonly CasesOfWriter[]> {
  const names = Object.keys(writers) as Parameters<typeof kerasCases>[0][];
  return Promise.all(names.map(async (name) => [writers[name]!, await kerasCases(name)] as const));
}

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

/** A whole model of a case, in the newer of the forms that there are. */
export function modelFileOf(files: Files): Uint8Array {
  return (files.get('model.keras') ?? files.get('model.h5'))!;
}

export function goldenOf(files: Files): Golden {
  return JSON.parse(new TextDecoder().decode(files.get('golden.json'))) as Golden;
}

/** What Keras gave, in the order of the model's outputs. */
export function expectedOutputs({ network }: KerasModel, { outputs }: Golden): readonly StoredTensor[] {
  return Array.isArray(outputs)
    ? (outputs as StoredTensor[])
    : network.outputNames!.map((name) => (outputs as Readonly<Record<string, StoredTensor>>)[name]!);
}

export function valuesOf({ data, type }: StoredTensor): Float32Array | Int32Array {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
  return type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
}
