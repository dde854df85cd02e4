import { isLowbitError, type LowbitError } from '@lowbit/core';

import type { KerasLayer, KerasModel, KerasNetwork, KerasWeight } from '../src/index.js';
import { valuesOf, type Golden } from './cases.js';

export function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

export function jsonOf<T>(bytes: Uint8Array | undefined): T {
  return JSON.parse(textOf(bytes)) as T;
}

/** The weights of all layers that are no models, by names as the scripts write them. */
function weightsByLayer(network: KerasNetwork, path = ''): Map<string, readonly KerasWeight[]> {
  return new Map(
    network.layers.flatMap((layer) => {
      const here = path === '' ? layer.name : `${path}/${layer.name}`;
      if (layer.network !== undefined) return [...weightsByLayer(layer.network, here)];
      const { layer: inner } = layer.parts;
      return inner?.network === undefined
        ? [[here, allWeights(layer)] as const]
        : [...weightsByLayer(inner.network, `${here}/${inner.name}`)];
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
    list.map((each) => ({ shape: each.shape, values: [...valuesOf(each)] })),
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
