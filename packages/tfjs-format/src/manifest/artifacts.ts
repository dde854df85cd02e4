import { checkArgument, joinBytes } from '@lowbit/core/adapter';
import { checkAllStored, checkModelJson } from './check-given.js';
import type { ModelJson } from './parse-model-json.js';
import { cutWeights, shardBytes, shardsAt, type Shard, type ShardPlace } from './shards.js';
import { storedBytes, storedWeights, type StoredWeight } from './stored-weights.js';
import type { WeightSpec } from './weight-spec.js';

/** A model in memory, as TensorFlow.js hands it to a handler that saves, and takes it from one that loads. */
export interface ModelArtifacts {
  readonly weightSpecs?: readonly unknown[] | undefined;
  /** Bytes of the weights, one after the other. */
  readonly weightData?: ArrayBuffer | readonly ArrayBuffer[] | undefined;
}

/**
 * The weights of a model in memory, as they are stored.
 *
 * @throws LowbitError `invalid-argument`; `model-truncated`, `model-malformed` when bytes and specifications do not fit.
 */
export function artifactWeights(artifacts: ModelArtifacts, where: string): StoredWeight[] {
  checkArtifacts(artifacts, where);
  return storedWeights(specsOf(artifacts), dataOf(artifacts), where);
}

function specsOf({ weightSpecs = [] }: ModelArtifacts): readonly WeightSpec[] {
  return weightSpecs as readonly WeightSpec[];
}

/** All bytes; a view where they are in one piece. */
function dataOf({ weightData = [] }: ModelArtifacts): Uint8Array {
  const [first, ...others] = [weightData].flat().map((part) => new Uint8Array(part as ArrayBuffer));
  return first !== undefined && others.length === 0 ? first : joinBytes(first ? [first, ...others] : []);
}

function checkArtifacts(artifacts: unknown, where: string): void {
  const { weightSpecs = [], weightData = [] } = Object(artifacts) as ModelArtifacts;
  const areBytes = [weightData]
    .flat()
    .every((part) => typeof (Object(part) as Partial<ArrayBuffer>).byteLength === 'number');
  const isModel = typeof artifacts === 'object' && Array.isArray(weightSpecs) && areBytes;
  checkArgument(artifacts !== null && isModel, artifacts, {
    where,
    expected: 'the artifacts of a model: weightSpecs, and weightData as ArrayBuffers',
  });
}

/** Weights as TensorFlow.js takes them: specifications, and bytes one after the other. */
export function weightArtifacts(weights: readonly StoredWeight[]) {
  checkAllStored(weights, 'weightArtifacts');
  return {
    weightSpecs: weights.map(({ spec }) => spec),
    weightData: joinBytes(weights.map(({ bytes }) => bytes)).buffer as ArrayBuffer,
  };
}

/** The files of a model that TensorFlow.js loads. */
export interface ModelFiles {
  /** Text of the `model.json`. */
  readonly json: string;
  /** Weight files of at most 4 MiB, by their paths beside it. */
  readonly shards: readonly Shard[];
}

/**
 * The files of a model, as TensorFlow.js lays them out.
 *
 * @param where Name of the model, for errors.
 * @throws LowbitError `model-truncated`, `model-malformed` when bytes and specifications do not fit.
 */
export function modelFiles(artifacts: ModelArtifacts, where: string): ModelFiles {
  checkArtifacts(artifacts, where);
  const [specs, data] = [specsOf(artifacts), dataOf(artifacts)];
  storedWeights(specs, data, where);
  const { json, shards } = layoutOf(artifacts, data.length);
  return { json, shards: shardsAt(shards, data) };
}

/** The files of a model whose weights are still to be read. */
export interface ModelLayout {
  /** Text of the `model.json`. */
  readonly json: string;
  readonly shards: readonly ShardPlace[];
}

/**
 * The files of a model by the specifications of its weights: as `modelFiles`, which takes the weights too.
 *
 * @param bytes Of all weights; where some are texts, the specifications do not tell it.
 * @throws LowbitError `invalid-argument`.
 */
export function modelLayout(artifacts: Omit<ModelArtifacts, 'weightData'>, bytes?: number): ModelLayout {
  checkArtifacts(artifacts, 'modelLayout');
  const known = () => specsOf(artifacts).reduce((sum, spec) => sum + storedBytes(spec), 0);
  return layoutOf(artifacts, bytes ?? known());
}

function layoutOf(artifacts: ModelArtifacts, bytes: number): ModelLayout {
  const members = withoutMembers(artifacts, ['weightSpecs', 'weightData']);
  const { group, places } = cutWeights(specsOf(artifacts), bytes, shardBytes);
  const json = { format: 'layers-model', convertedBy: null, ...members, weightsManifest: [group] };
  return { json: JSON.stringify(json), shards: places };
}

/** What TensorFlow.js takes from a handler that loads: the members of a `model.json`, and its weights in the order of its manifest. */
export function modelArtifacts(json: ModelJson, weights: readonly StoredWeight[]): ModelArtifacts {
  checkModelJson(json, 'modelArtifacts');
  return {
    ...withoutMembers(json, ['weightsManifest']),
    ...weightArtifacts(weights),
  };
}

function withoutMembers(from: object, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
}
