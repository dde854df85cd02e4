import { LowbitError, type QuantizedTensor } from '@lowbit/core';
import { defined, type StorageCost } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { functionsByGraph } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import { tensorBytes } from '../model/tensor-data.js';
import type { FormWish, Optimize, Target } from '../target/target.js';
import { placedConstants, type PlacedConstants } from '../graph/placed-constants.js';
import type { ConstantSource } from '../graph/constant-source.js';
import type { TensorProto } from '../schema/proto.js';
import { sharedConstants } from './shared-constants.js';
import { lowerWeight } from './lower-weight.js';
import { ownPrefixes } from '../graph/names.js';
import { irOfConstants } from './rewrite-model.js';
import { storedBytes } from '../graph/stored-bytes.js';
import { targetOf } from './target-of.js';

/**
 * What a weight would take in the form that is chosen for tensors like these, whichever of them takes the most: they are lowered as
 * in writing, and thrown away. The model stays as it is.
 *
 * @param sites All weights of this very model.
 * @throws LowbitError `plan-mismatch` for a weight that the model does not have.
 */
export function storageCost(
  model: OnnxModel,
  sites: readonly WeightSite[],
  id: string,
  tensors: readonly QuantizedTensor[],
  { optimize, runtime }: FormWish,
): StorageCost {
  const turn = sites.findIndex((one) => one.id === id);
  const site = sites[turn];
  if (site === undefined) throw notThere(model, id);
  const { proto } = model;
  const target = targetOf(model, functionsByGraph(proto).get(site.source.graph), runtime);
  const stem = ownPrefixes(proto).weights;
  const graph = sites.findIndex(({ source }) => source.graph === site.source.graph);
  const names = { own: `${stem}${turn}`, shared: `${stem}.`, first: mostShared * sites.length, graph };
  const { opset } = model;
  const place = { ...names, opset, ir: irOfConstants(model) };
  const costs = tensors.map((tensor) => costOf(site, tensor, target, optimize, place));
  const most = costs.reduce((one, other) => (other.storedBytes > one.storedBytes ? other : one));
  const { storedBytes, shared } = most;
  const valueBytes = Math.max(...costs.map((cost) => cost.valueBytes ?? cost.storedBytes));
  const memoryBytes = Math.max(...costs.map((cost) => cost.memoryBytes));
  const isFloat = costs.every(({ float }) => float === true);
  return { storedBytes, valueBytes, memoryBytes, ...defined({ shared, float: isFloat ? true : undefined }) };
}

/** Constants that a weight shares with others are no more than this, so that their numbers are no longer than those counted with. */
const mostShared = 8;

interface CountedPlace extends Pick<Target, 'ir' | 'opset'> {
  /** What names of the weight's own begin with. */
  readonly own: string;
  /** What names of shared constants begin with, and the number that follows. */
  readonly shared: string;
  readonly first: number;
  /** Number of the graph, which shares no constants with others. */
  readonly graph: number;
}

function costOf(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  optimize: Optimize,
  { own, shared, first, graph, ...versions }: CountedPlace,
): StorageCost {
  const { id, source } = site;
  let count = first;
  const placed = (at: ConstantSource, constants: readonly TensorProto[]): PlacedConstants =>
    placedConstants(versions, at, constants);
  const place = { prefix: own, shared: sharedConstants(() => `${shared}${count++}`), placed };
  const { added, bytes, valueBytes, before, memoryBytes } = lowerWeight(
    site,
    tensor,
    target,
    optimize,
    place,
  );
  const constants = [...added.shared].map((constant) => {
    const { dataType, dims, rawData } = constant;
    return [`${graph}: ${dataType}[${dims}]${rawData}`, storedBytes(placed(source, [constant]))] as const;
  });
  if (bytes < before)
    return { storedBytes: bytes, valueBytes, memoryBytes, shared: Object.fromEntries(constants) };
  const asItIs = tensorBytes(source.tensor, id);
  const least = bytes - constants.reduce((sum, [, own]) => sum + own, 0);
  // Where others store the constants that are shared, it may be packed all the same.
  return least >= before
    ? { storedBytes: before, valueBytes: asItIs, memoryBytes: asItIs, float: true }
    : { storedBytes: before, valueBytes: asItIs, memoryBytes: Math.max(memoryBytes, asItIs) };
}

function notThere({ name }: OnnxModel, id: string): LowbitError {
  return new LowbitError({
    code: 'plan-mismatch',
    where: `${name}: weight '${id}'`,
    expected: 'a weight of this model',
    received: 'an id that it does not have',
    remedy: 'Ask for the weights that the port describes, for the same file.',
  });
}
