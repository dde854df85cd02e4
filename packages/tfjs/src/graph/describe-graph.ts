import type { LayerDescriptor, SkipNote, WeightDescriptor } from '@lowbit/core';
import { brokenWarning, expandWeight, isPacked, storedForm, type StoredWeight } from '@lowbit/tfjs-format';
import type { StorageForm } from '../form/storage-form.js';
import { alreadyMade, keptReason } from '../io/quantized-before.js';
import { formsNote } from '../io/stored-form.js';
import { quantizedAlready, recordsIn } from '../model/weight-records.js';
import type { ReadGraph } from './read-graph.js';
import { graphBiases } from './graph-biases.js';
import { readersIn, type WeightInput, type WeightReader } from './weight-readers.js';
import type { WeightUse } from './weight-use.js';
import { defined } from '@lowbit/core/adapter';

/**
 * The nodes of a graph that read float weights, as layers for the core. A weight's id is its name in the file; one that several
 * nodes read has the axes that the first of them gives it. Constants of other types are shapes and indices, no weights.
 */
export function describeGraph(graph: ReadGraph, form: StorageForm): LayerDescriptor[] {
  const { where, topology, weights } = graph;
  const before = quantizedInGraph(graph, form);
  const byName = new Map(weights.map((weight) => [weight.spec.name, weight]));
  const readers = readersIn(graph);
  const biasOf = graphBiases(topology, readers, byName);
  const uses = new Map<string, WeightUse>();
  for (const { weight, use } of readers.flatMap(({ inputs }) => inputs))
    if (use !== undefined && !uses.has(weight.spec.name)) uses.set(weight.spec.name, use);
  const layers = [
    ...readers.map((reader) => describeReader(reader, uses, before, where, biasOf)),
    ...unread(readers, weights).map(unreadLayer),
  ].map((layer, depth) => ({ ...layer, depth }));
  const free = weights.filter(({ spec }) => !before.has(spec.name));
  return withNote(layers, formsNote(free));
}

type Undated = Omit<LayerDescriptor, 'depth'>;

function describeReader(
  { id, op, inputs, sites }: WeightReader,
  uses: ReadonlyMap<string, WeightUse>,
  before: ReadonlyMap<string, string>,
  where: string,
  biasOf: ReturnType<typeof graphBiases>,
): Undated {
  const unique = [...new Map(inputs.map((input) => [input.weight.spec.name, input])).values()];
  const weights = unique.flatMap(({ weight }) => {
    const use = uses.get(weight.spec.name);
    if (use === undefined) return [];
    const place = biasOf(weight.spec.name);
    const bias = typeof place === 'string' ? place : true;
    return [{ ...weightDescriptor(weight, use, before.get(weight.spec.name), where), bias } as const];
  });
  const skipped = unique
    .filter(({ weight }) => !uses.has(weight.spec.name))
    .map((input) => skipNote(op, input, where));
  return { id, op, weights, sites, ...(skipped.length > 0 && { skipped }) };
}

function weightDescriptor(
  weight: StoredWeight,
  use: WeightUse,
  quantizedBefore: string | undefined,
  where: string,
): WeightDescriptor {
  const { name, shape } = weight.spec;
  return {
    id: name,
    shape,
    ...use,
    storedBytes: weight.bytes.length,
    ...defined({ quantizedBefore }),
    read: () => expandWeight(weight, where),
  };
}

function skipNote(op: string, { weight }: WeightInput, where: string): SkipNote {
  const warning = brokenWarning(expandWeight(weight, where));
  const reason = graphFloatReason(op, weight.spec.shape.length);
  return { subject: weight.spec.name, reason, ...defined({ warning }) };
}

function unread(readers: readonly WeightReader[], weights: readonly StoredWeight[]): StoredWeight[] {
  const read = new Set(readers.flatMap(({ inputs }) => inputs.map(({ weight }) => weight)));
  return weights.filter((weight) => weight.spec.dtype === 'float32' && !read.has(weight));
}

function unreadLayer({ spec: { name } }: StoredWeight): Undated {
  const skipped = [{ subject: name, reason: unreadReason }];
  return { id: name, op: 'Const', weights: [], sites: [], skipped };
}

/** Tells with the first layer how the file stores its weights. */
function withNote(layers: readonly LayerDescriptor[], reason: string | undefined): LayerDescriptor[] {
  return layers.map((layer, i) => {
    if (i > 0 || reason === undefined) return layer;
    return { ...layer, skipped: [{ subject: 'stored weights', reason }, ...(layer.skipped ?? [])] };
  });
}

/** Operators that hand their inputs to a function of the graph. */
const callers = /^(Stateless)?(While|If)$|PartitionedCall$/;

/** Why a float weight that an operator reads stays as it is. */
function graphFloatReason(op: string, rank: number): string {
  if (callers.test(op))
    return 'control flow hands it to a function, where its axes are not followed: it stays as it is';
  if (rank < 2) return 'a bias or another vector is small: it stays as it is';
  return `the axes of what ${op} reads are not known: it stays as it is`;
}

/** Why a float weight that no node reads stays as it is. */
const unreadReason = 'no node of the graph reads it: it stays as it is';

/**
 * Why weights of a graph are not quantized again, by name, with what a file of this form makes of those that it cannot hold packed: lowbit has made what they are, which is known by the records in the metadata, or by the packed form, which nobody
 * else writes.
 */
function quantizedInGraph(
  { artifacts, weights, where }: ReadGraph,
  form: StorageForm,
): ReadonlyMap<string, string> {
  const records = recordsIn(artifacts.userDefinedMetadata);
  return new Map(
    weights.flatMap((weight): [string, string][] => {
      const { spec } = weight;
      const record = records.get(spec.name);
      if (isPacked(spec)) {
        const reason = quantizedAlready(record?.made ?? storedForm(spec));
        return [[spec.name, keptReason(reason, weight, form)]];
      }
      if (record === undefined || spec.dtype !== 'float32') return [];
      const reason = alreadyMade(expandWeight(weight, where), record);
      return reason === undefined ? [] : [[spec.name, reason]];
    }),
  );
}
