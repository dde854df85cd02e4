import type { SiteDescriptor } from '@lowbit/core';
import type { ModelDescription } from '../describe/described-layer.js';
import { integerSites } from '../integer/integer-sites.js';
import type { IntegerForm } from '../integer/cost.js';
import { openGraph } from '../graph/model-editor.js';
import type { OnnxModel } from '../model/model.js';
import type { Runtime } from '../target/target.js';
import { activationInput } from './activation-input.js';
import type { NormalDistributions } from './normal-distributions.js';

/** Where activations can be quantized, by the id of the layer. */
export type SitesByLayer = ReadonlyMap<string, readonly SiteDescriptor[]>;

/** How activations are computed with. */
export interface ActivationForm {
  /** Absent: by standard operators on floats. */
  readonly integers: IntegerForm | undefined;
  readonly onlyFaster: boolean;
  readonly integersFor: readonly string[] | undefined;
  readonly runtime: Runtime | undefined;
}

/**
 * The values that can be quantized, by the id of the layer: what convolutions and products with weights take, or, for
 * integers, what those take and give that integers make faster. A site's id is the value's name.
 */
export function activationSites(
  model: OnnxModel,
  description: ModelDescription,
  { integers, onlyFaster, integersFor, runtime }: ActivationForm,
  normals: NormalDistributions,
): SitesByLayer {
  const sites =
    integers === undefined
      ? standardSites(model, description)
      : integerSites(model, description, { form: integers, onlyFaster, integersFor, runtime });
  const described = (site: SiteDescriptor): SiteDescriptor => {
    const normal = normals.get(site.tensor);
    return normal === undefined ? site : { ...site, normal };
  };
  return new Map([...sites].map(([layer, own]) => [layer, own.map(described)]));
}

function standardSites(model: OnnxModel, { layers, order }: ModelDescription): SitesByLayer {
  const graph = openGraph(model, order);
  const sites = layers.flatMap((layer): [string, SiteDescriptor[]][] => {
    const input = activationInput(layer, graph, model.opset);
    return typeof input === 'string'
      ? []
      : [[layer.id, [{ id: input.tensor, tensor: input.tensor, side: 'input' }]]];
  });
  return new Map(sites);
}
