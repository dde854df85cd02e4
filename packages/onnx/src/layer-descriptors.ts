import type { LayerDescriptor, SkipNote, WeightDescriptor } from '@lowbit/core';
import { biasPlace } from './biases/bias-place.js';
import { skipRemedies, wasQuantized } from './describe/skip-reasons.js';
import type { WeightSite } from './describe/weight-site.js';
import type { ExternalFiles } from './external/files.js';
import { isExternal, readFloats, tensorBytes } from './model/tensor-data.js';
import { copyMessage } from './schema/proto.js';
import type { DescribedSource } from './model-source.js';
import { defined } from '@lowbit/core/adapter';

/**
 * The layers of a model as every port gives them; values are read when they are asked for.
 *
 * @param files The files beside the model.
 */
export function layerDescriptors(
  { description, sites, wants }: DescribedSource,
  files: ExternalFiles | undefined,
): readonly LayerDescriptor[] {
  return description.layers.map((layer) => {
    const { id, op, depth, macs, weights, skipped } = layer;
    return {
      id,
      op,
      depth,
      ...defined({ macs }),
      weights: weights.map((site) => weightDescriptor(site, files, wants(site))),
      sites: sites.get(id) ?? [],
      ...(skipped.length === 0 ? {} : { skipped: skipped.map(skipNote) }),
    };
  });
}

const skipNote = (note: SkipNote): SkipNote => ({
  ...note,
  ...defined({ remedy: skipRemedies.get(note.reason) }),
  ...(wasQuantized(note.reason) ? { quantizedBefore: true } : {}),
});

function biasOf(site: WeightSite): Required<Pick<WeightDescriptor, 'bias'>> {
  const place = biasPlace(site);
  return { bias: typeof place === 'string' ? place : true };
}

function weightDescriptor(
  site: WeightSite,
  files: ExternalFiles | undefined,
  wants: WeightDescriptor['wants'],
): WeightDescriptor {
  const { id, kernel, source, shape, outputAxes, inputAxis } = site;
  // A copy, as the model's own tensor may be moved to another file when the result is written.
  const tensor = copyMessage(source.tensor);
  return {
    id,
    kernel,
    shape,
    outputAxes,
    ...defined({ inputAxis }),
    ...biasOf(site),
    storedBytes: tensorBytes(tensor, id),
    ...defined({ wants }),
    read: (into) =>
      files !== undefined && isExternal(tensor)
        ? files.load(tensor, id).then((loaded) => readFloats(loaded, id, into))
        : readFloats(tensor, id, into),
  };
}
