import type { LayerDescriptor, WeightDescriptor } from '@lowbit/core';
import type { DescribedLayer } from './describe/described-layer.js';
import type { WeightSite } from './describe/weight-site.js';
import { readFloats, tensorBytes } from './read/tensor-data.js';

/** The layers of a model as every port gives them; values are read when they are asked for. */
export function layerDescriptors(layers: readonly DescribedLayer[]): readonly LayerDescriptor[] {
  return layers.map(({ id, op, depth, macs, weights, skipped }) => ({
    id,
    op,
    depth,
    ...(macs === undefined ? {} : { macs }),
    weights: weights.map(weightDescriptor),
    sites: [],
    ...(skipped.length === 0 ? {} : { skipped }),
  }));
}

function weightDescriptor({
  id,
  kernel,
  source,
  shape,
  outputAxes,
  inputAxis,
}: WeightSite): WeightDescriptor {
  return {
    id,
    kernel,
    shape,
    outputAxes,
    ...(inputAxis === undefined ? {} : { inputAxis }),
    storedBytes: tensorBytes(source.tensor, id),
    read: () => readFloats(source.tensor, id),
  };
}
