import {
  type CaptureInputsOptions,
  finiteBatches,
  type InputCapture,
  type SamplesOfBatch,
} from '@lowbit/core/adapter';
import { shiftableBiases } from '../../biases/shiftable-biases.js';
import type { WeightSite } from '../../describe/weight-site.js';
import type { OnnxModel } from '../../model/model.js';
import { subgraphsOf } from '../../model/subgraphs.js';
import type { GraphProto } from '../../schema/proto.js';
import { checkBatches } from '../check-batches.js';
import { feedsOf, requiredInputs } from '../feeds.js';
import { writeValues } from '../replaced-weights.js';
import type { VisitingRun } from '../visit-values.js';
import { openBranches } from './branch-values.js';
import { looksAt, runValue } from './looks-at.js';
import { type KeptValues, segments } from './segments.js';

/**
 * Observes the inputs of one weight after the other, in a model in which those before have other values already; each part of it runs once,
 * but for what stands in a branch with weights that are still to come. Of every batch the values are kept that later parts take.
 *
 * @param model It is changed: weights that are set are written into it.
 * @throws LowbitError as `observeInputs`.
 */
export async function captureInputs(
  { model, ort, batches }: Omit<VisitingRun, 'options'>,
  sites: readonly WeightSite[],
  options: CaptureInputsOptions,
): Promise<InputCapture> {
  checkBatches(batches);
  const required = requiredInputs(model);
  const kept: KeptValues[] = [];
  const counts: number[] = [];
  for await (const batch of finiteBatches(batches)) {
    kept.push(new Map(Object.entries(feedsOf(batch, required, ort))));
    const withAxes = Object.values(batch.inputs).find(({ shape }) => shape.length > 0);
    counts.push(Math.max(1, withAxes?.shape[0] ?? 1));
  }
  const samples = samplesOf(counts);
  const byId = new Map(sites.map((site) => [site.id, site]));
  const pending = new Set(options.weights);
  const shiftBias = shiftableBiases(
    model,
    (options.biases ?? []).flatMap((id) => byId.get(id) ?? []),
  );
  const weightsAt = weightsOfNodes(model, sites);
  const { compute } = segments(model, ort, kept, options.signal);
  const isOpen = (node: number) => weightsAt.get(node)?.some((id) => pending.has(id)) === true;
  return {
    async inputs(weights) {
      const asked = weights.flatMap((id) => byId.get(id) ?? []);
      const { values, result } = looksAt(model, asked, options, true);
      if (values.length === 0) return result();
      const opened = openBranches(model, values);
      await compute(opened.model, opened.names, isOpen, (tensors, batch) =>
        values.forEach(({ look }, i) => {
          const name = opened.names[i] as string;
          const tensor = tensors.get(name);
          if (tensor !== undefined) look(runValue(tensor, name), samples[batch] as SamplesOfBatch);
        }),
      );
      return result();
    },
    set(weight, values, shift) {
      const site = byId.get(weight);
      if (site !== undefined) writeValues(site, values);
      if (site !== undefined && shift !== undefined) shiftBias(site, shift);
      pending.delete(weight);
    },
    close: () => {
      kept.forEach((values) => values.clear());
      return Promise.resolve();
    },
  };
}

function samplesOf(counts: readonly number[]): readonly SamplesOfBatch[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let first = 0;
  return counts.map((count) => {
    const own = { first, count, all };
    first += count;
    return own;
  });
}

/** The weights that nodes of the main graph take, in their branches too, by number of the node. */
function weightsOfNodes(
  { proto }: OnnxModel,
  sites: readonly WeightSite[],
): ReadonlyMap<number, readonly string[]> {
  const main = proto.graph as GraphProto;
  const places = new Map<GraphProto, number>();
  const walk = (graph: GraphProto, at: number) => {
    places.set(graph, at);
    for (const node of graph.node) for (const inner of subgraphsOf(node)) walk(inner.graph, at);
  };
  main.node.forEach((node, at) => {
    for (const inner of subgraphsOf(node)) walk(inner.graph, at);
  });
  const weights = new Map<number, string[]>();
  const add = (at: number | undefined, id: string) => {
    if (at !== undefined && at >= 0) weights.set(at, [...(weights.get(at) ?? []), id]);
  };
  const numbers = new Map(main.node.map((node, at) => [node, at]));
  for (const { id, uses } of sites)
    for (const { node, graph } of uses) add(graph === main ? numbers.get(node) : places.get(graph), id);
  return weights;
}
