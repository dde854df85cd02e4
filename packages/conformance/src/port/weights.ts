import type { LayerDescriptor, ModelPort, WeightDescriptor } from '@lowbit/core';

/** The layers of a port. */
export async function layersOf<M>(port: ModelPort<M>): Promise<readonly LayerDescriptor[]> {
  return await port.layers();
}

/** The weights of all layers; one that is shared stands once. */
export async function weightsOf<M>(port: ModelPort<M>): Promise<readonly WeightDescriptor[]> {
  const all = (await layersOf(port)).flatMap((layer) => layer.weights);
  return [...new Map(all.map((weight) => [weight.id, weight])).values()];
}

/** Copies of all weights, by id. */
export async function valuesOf<M>(port: ModelPort<M>): Promise<ReadonlyMap<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const weight of await weightsOf(port)) values.set(weight.id, (await weight.read()).slice());
  return values;
}
