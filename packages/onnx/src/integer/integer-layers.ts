import type { SpeedForecast } from '@lowbit/core';
import { opsetRefusal } from '../opset/raise.js';
import type { OnnxModel } from '../model/model.js';
import { dynamicOpset, integerOpset } from '../target/versions.js';
import { networkReason, noGpuKernels } from './reasons.js';
import type { DescribedLayer } from '../describe/described-layer.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { slowerReason, type IntegerForm } from './cost.js';
import { leastNetworkGain, networkWork, type NetworkWork } from './forecast.js';
import { type IntegerLayer, integerLayer } from './integer-layer.js';
import { wholeShares } from './shared-weight.js';
import type { IntegerWish } from './integer-wish.js';

export interface IntegerLayers {
  readonly layers: readonly IntegerLayer[];
  /** Why other weights are not computed with in integers, by the weight's id. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Absent where no layer could be computed in integers. */
  readonly forecast?: SpeedForecast;
}

/**
 * The layers that integers can compute, or only those that they make faster, before anything is known about their codes.
 *
 * @param described Of this very model.
 * @param graph The main one.
 * @param measures Whether ranges are measured on each run.
 */
export function integerLayers(
  model: OnnxModel,
  described: readonly DescribedLayer[],
  graph: EditableGraph,
  wish: IntegerWish,
  measures: boolean,
): IntegerLayers {
  const { form, onlyFaster, runtime } = wish;
  const onGpu = runtime?.provider === 'webgpu' ? noGpuKernels : undefined;
  const refusal = onGpu ?? opsetRefusal(model, opsetFor(measures));
  const reasons = new Map<string, string>();
  const possible: { readonly layer: IntegerLayer }[] = [];
  for (const layer of described) {
    const found = refusal ?? integerLayer(layer, graph, wish);
    if (typeof found === 'object') possible.push({ layer: found });
    else layer.weights.forEach(({ id }) => reasons.set(id, found));
  }
  const layers = wholeShares(possible, reasons).map(({ layer }) => layer);
  for (const { weight } of layers) reasons.delete(weight.id);
  if (layers.length === 0) return { layers, reasons };
  const work = networkWork(model, described, graph);
  const slow = onlyFaster ? slowerLayers(layers, work, form) : new Map<string, string>();
  slow.forEach((reason, id) => reasons.set(id, reason));
  const faster = layers.filter(({ weight }) => !slow.has(weight.id));
  const timesAsFast = work.timesAsFast(faster.length === 0 ? layers : faster, form);
  return { layers: faster, reasons, forecast: { timesAsFast, taken: faster.length > 0 } };
}

/** Why layers stay in floats that would not gain where they stand, by the weight's id; all where the network would not gain. */
function slowerLayers(
  layers: readonly IntegerLayer[],
  work: NetworkWork,
  form: IntegerForm,
): ReadonlyMap<string, string> {
  const reasons = layers.map(({ node, geometry }) =>
    slowerReason(geometry, form, work.place(node, geometry)),
  );
  const faster = layers.filter((_, at) => reasons[at] === undefined);
  const gains = work.timesAsFast(faster, form) >= leastNetworkGain;
  const network = networkReason(work.timesAsFast(layers, form));
  return new Map(
    layers.flatMap(({ weight }, at) => {
      const reason = gains ? reasons[at] : network;
      return reason === undefined ? [] : [[weight.id, reason] as const];
    }),
  );
}

/** The operator set that integers need. */
export const opsetFor = (measures: boolean): number => (measures ? dynamicOpset : integerOpset);
