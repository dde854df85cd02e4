import { readFile } from 'node:fs/promises';

import { isLowbitError, type LowbitError } from '@lowbit/core';
import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';

import type { KerasLayer, KerasModel, KerasNetwork, KerasWeight } from '../src/index.js';

/** A tensor as the scripts in `fixtures/` write it. */
export interface Packed {
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int32';
  readonly data: string;
}

/** What Keras says about a model. */
export interface Golden {
  readonly inputs: readonly Packed[];
  readonly outputs: readonly Packed[] | Readonly<Record<string, Packed>>;
  readonly weights: Readonly<Record<string, readonly Packed[]>>;
}

/** The files of an archive of `fixtures/`, by case and name. */
export async function fixtureCases(
  name: string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>> {
  const bytes = new Uint8Array(await readFile(new URL(`../fixtures/${name}`, import.meta.url)));
  const archive = await zipArchive(blobFile(bytesBlob(bytes, name), 0));
  const cases = new Map<string, Map<string, Uint8Array>>();
  for (const entry of archive.entries) {
    const source = await archive.open(entry);
    const [folder, file] = entry.name.split('/') as [string, string];
    cases.set(folder, (cases.get(folder) ?? new Map()).set(file, await source.read(entry.bytes)));
    await source.close();
  }
  return cases;
}

export function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

export function jsonOf<T>(bytes: Uint8Array | undefined): T {
  return JSON.parse(textOf(bytes)) as T;
}

function valuesOf({ data, type }: Packed): number[] {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
  return [...(type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer))];
}

/** The weights of all layers that are no models, by names as the scripts write them. */
function weightsByLayer(network: KerasNetwork, path = ''): Map<string, readonly KerasWeight[]> {
  return new Map(
    network.layers.flatMap((layer) => {
      const here = path === '' ? layer.name : `${path}/${layer.name}`;
      return layer.network === undefined
        ? [[here, allWeights(layer)] as const]
        : [...weightsByLayer(layer.network, here)];
    }),
  );
}

function allWeights(layer: KerasLayer): readonly KerasWeight[] {
  return [...layer.weights, ...Object.values(layer.parts).flatMap(allWeights)];
}

/** Shapes and values of a model's weights, for those layers that Keras gave. */
export async function weightValues(model: KerasModel, layers: readonly string[]) {
  const own = weightsByLayer(model.network);
  const read = layers.map(async (layer) => {
    const weights = own.get(layer) ?? [];
    const values = weights.map(async (weight) => ({
      shape: weight.shape,
      values: [...(await weight.read())],
    }));
    return [layer, await Promise.all(values)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

export function goldenValues(weights: Golden['weights']) {
  const entries = Object.entries(weights).map(([layer, list]) => [
    layer,
    list.map((each) => ({ shape: each.shape, values: valuesOf(each) })),
  ]);
  return Object.fromEntries(entries) as Awaited<ReturnType<typeof weightValues>>;
}

/** The error that work ends with. */
export async function failure(work: Promise<unknown>): Promise<LowbitError> {
  const error: unknown = await work.then(
    () => new Error('no error'),
    (reason: unknown) => reason,
  );
  if (isLowbitError(error)) return error;
  throw error;
}
