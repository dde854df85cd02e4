import type { Batch, Calibration, LayerDescriptor, ObserveOptions } from '@lowbit/core';
import { checkPortOptions, finiteBatches } from '@lowbit/core/adapter';
import { observeValues } from '../observe/observe-tensor.js';
import { noBatches } from '../observe/visit-batches.js';
import type { GraphTopology } from './graph-topology.js';
import { runGraph } from './run-graph.js';

/**
 * Runs a graph model that is loaded on every batch and gathers statistics of what its weights are multiplied by, of one batch
 * after the other.
 *
 * @throws LowbitError `invalid-argument` for batches that do not fit the model, `calibration-invalid` when there are none, `non-finite`, `aborted`.
 */
export async function observeGraph(
  live: object,
  topology: GraphTopology,
  layers: readonly LayerDescriptor[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: ObserveOptions = {},
): Promise<Calibration> {
  const offered = layers.flatMap((layer) => layer.sites);
  checkPortOptions(
    'observe',
    options,
    offered.map(({ id }) => id),
  );
  const { sites: wanted, signal } = options;
  const sites = offered
    .filter(({ id }) => wanted?.includes(id) ?? true)
    .map(({ id, tensor }) => ({ id, tensor, observer: observeValues(id, options) }));
  const want = [...new Set(sites.map(({ tensor }) => tensor))];
  let count = 0;
  const given = finiteBatches(batches);
  for await (const outputs of runGraph(live, topology, given, { want, ...(signal && { signal }) })) {
    for (const { tensor, observer } of sites) observer.add(outputs[tensor]?.data ?? []);
    count += 1;
  }
  if (count === 0) throw noBatches();
  const statistics = sites.map(({ id, observer }) => [id, observer.finish()] as const);
  return {
    format: 'lowbit-calibration',
    version: 1,
    port: 'tfjs-graph',
    batches: count,
    sites: Object.fromEntries(statistics),
  };
}
