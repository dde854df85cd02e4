import type { WeightDescriptor } from '@lowbit/core';
import { groupSize } from '@lowbit/core/adapter';
import type { SitesByLayer } from './activations/activation-sites.js';
import type { DescribedLayer } from './describe/described-layer.js';
import type { WeightSite } from './describe/weight-site.js';
import { operatorOf } from './operators/operators.js';
import { opsetRefusal } from './opset/raise.js';
import type { OnnxModel } from './model/model.js';
import { DataType } from './schema/proto.js';
import { wantedGrids } from './forms/wanted-grid.js';
import type { ModelSource } from './model-source.js';
import { dynamicOpset } from './target/versions.js';

type Wants = WeightDescriptor['wants'];

/** What the form of a weight wants. */
export type WantsOf = (site: WeightSite) => Wants;

/**
 * What the forms of a model's weights want: a symmetric grid for each channel where activations are quantized and the layer
 * becomes integer (with ranges measured on each run, where the operator set can be raised to that), otherwise what keeps them packed where that is asked for.
 */
export function wantedForms(
  model: OnnxModel,
  layers: readonly DescribedLayer[],
  { optimize, runtime, integers }: Pick<ModelSource, 'optimize' | 'runtime' | 'integers'>,
  sites: SitesByLayer,
): WantsOf {
  const packed = optimize === 'memory' ? wantedGrids(model, runtime) : () => undefined;
  const refused = opsetRefusal(model, dynamicOpset) !== undefined;
  const inIntegers = layers.filter(({ id }) => integers !== undefined && sites.has(id));
  const byWeight = new Map(
    inIntegers.flatMap((layer) => layer.weights.map(({ id }) => [id, layer] as const)),
  );
  return (site) => {
    const wants = packed(site);
    const layer = byWeight.get(site.id);
    if (layer === undefined || integers === undefined) return wants;
    return (settings) => {
      const becomes = operatorOf(layer.node)?.integer?.becomes;
      const fuses = site.source.tensor.dataType === DataType.FLOAT && settings.measuresRanges !== true;
      const form = (fuses ? becomes?.[integers] : undefined) ?? becomes?.operators;
      const floats = !settings.activations || (settings.measuresRanges === true && refused);
      if (floats || form === undefined) return wants?.(settings);
      const shared = groupSize(settings.granularity) === undefined ? {} : { granularity: 'channel' as const };
      return { form, grid: 'symmetric', ...shared };
    };
  };
}
