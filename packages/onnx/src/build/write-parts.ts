import { LowbitError, type QuantizedTensor } from '@lowbit/core';
import type { StorageCost } from '@lowbit/core/adapter';
import { addMetadata } from '../describe/metadata.js';
import { mayGoOutside, placeTensors } from '../external/place-tensors.js';
import { storageCost } from '../forms/storage-cost.js';
import { ownPrefixes } from '../graph/names.js';
import { allTensors } from '../model/all-tensors.js';
import { checkGraph } from '../model/check-graph.js';
import { serializeParts, type GraphProto } from '../schema/proto.js';
import type { BuiltModel, StreamedModel, WriteOptions } from './builder.js';
import { packWeights, siteOf } from './packed-weights.js';
import { modelOf, type NamedOptions, type Parts } from './parts.js';

/** What the names begin with of what quantizes activations. */
export const activationPrefix = 'lowbit.activation';

/** A file of the parts, which stay as they are. */
export async function writeParts(
  parts: Parts,
  options: NamedOptions,
  wishes: WriteOptions,
): Promise<BuiltModel> {
  const built = await serialized(parts, options, wishes, 'all');
  let joined: Uint8Array | undefined;
  return {
    ...built,
    get bytes() {
      return (joined ??= joinedBytes(built));
    },
  };
}

/** The same file, whose large constants are read when they are written. */
export async function streamParts(
  parts: Parts,
  options: NamedOptions,
  wishes: WriteOptions,
): Promise<StreamedModel> {
  const { pieces, ...beside } = await serialized(parts, options, wishes, 'small');
  return { ...beside, pieces: () => parts.late.read(pieces) };
}

/** @param read Which constants are read at once; all that lie in a file beside the model are. */
async function serialized(
  parts: Parts,
  options: NamedOptions,
  { plan, source = { name: options.name, bytes: 0 }, external, externalPath }: WriteOptions,
  read: 'all' | 'small',
): Promise<Omit<BuiltModel, 'bytes'>> {
  const { name, optimize = 'speed' } = options;
  const { model, runtime } = modelOf(parts, options);
  const { proto } = model;
  checkGraph(proto, name);
  if (parts.outputs.length === 0) throw withoutOutputs(name);
  const prefix = ownPrefixes(proto).weights;
  const storage = await packWeights(model, parts.weights, { optimize, runtime }, prefix);
  if (plan !== undefined) addMetadata(proto, plan, source, [prefix, activationPrefix]);
  const constants = allTensors(proto);
  await parts.late.settle(constants, mayGoOutside(constants, external) ? 'all' : read);
  const externalData = await placeTensors(model, new Map(), undefined, { external, externalPath });
  const pieces = serializeParts(proto, name);
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  return { pieces, size, storage, ...(externalData.length === 0 ? {} : { externalData }) };
}

/** Tells what weights would take in such a file with other tensors. */
export function weightCosts(
  parts: Parts,
  options: NamedOptions,
): (name: string, tensors: readonly QuantizedTensor[]) => StorageCost {
  const { optimize = 'speed' } = options;
  const { model, runtime } = modelOf(parts, options);
  const sites = parts.weights.map((weight) => siteOf(weight, model.proto.graph as GraphProto));
  return (name, tensors) => storageCost(model, sites, name, tensors, { optimize, runtime });
}

function joinedBytes({ pieces, size }: Pick<BuiltModel, 'pieces' | 'size'>): Uint8Array {
  const bytes = new Uint8Array(size);
  let position = 0;
  for (const piece of pieces) {
    bytes.set(piece, position);
    position += piece.length;
  }
  return bytes;
}

function withoutOutputs(where: string): LowbitError {
  const remedy = 'Name at least one with output(value, type, shape).';
  return new LowbitError({ code: 'graph-invalid', where, expected: 'outputs', received: 'none', remedy });
}
