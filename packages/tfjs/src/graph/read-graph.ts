import { artifactWeights, checkSpecs, type StoredWeight } from '@lowbit/tfjs-format';
import { io } from '@tensorflow/tfjs-core';
import { loadArtifacts, nameOf, type ModelSource } from '../load/load-artifacts.js';
import { knownValue, wrongSource } from '../model/wrong-source.js';
import { packedArtifacts } from './loaded-artifacts.js';
import { checkTopology, type GraphTopology } from './graph-topology.js';

/** A `tf.GraphModel` that is loaded, as far as its artifacts are concerned. */
export interface LiveGraph {
  executeAsync(...inputs: never[]): Promise<unknown>;
  save(handler: io.IOHandler): Promise<unknown>;
}

/** Where a graph model is: a URL, a handler, its artifacts themselves, or a `tf.GraphModel`, which stays as it is. */
export type GraphSource = ModelSource | io.ModelArtifacts | LiveGraph;

/** A graph model that has been read; its weights are as they are stored. */
export interface ReadGraph {
  /** The source's name in messages. */
  readonly where: string;
  readonly artifacts: io.ModelArtifacts;
  readonly topology: GraphTopology;
  /** In the order of the file. */
  readonly weights: readonly StoredWeight[];
}

/**
 * Reads a graph model.
 *
 * @throws LowbitError `file-missing`, `model-malformed`, `model-truncated`; what the handler throws.
 */
export async function readGraph(
  source: GraphSource,
  onProgress?: (share: number) => void,
): Promise<ReadGraph> {
  const where = typeof source === 'string' ? nameOf(source) : 'model';
  const artifacts = await artifactsOf(source, onProgress);
  const topology = checkTopology(artifacts.modelTopology, where);
  const specs = artifacts.weightSpecs ?? [];
  checkSpecs(specs, where);
  return { where, artifacts, topology, weights: artifactWeights(artifacts, where) };
}

/** Whether the source is a `tf.GraphModel` that is loaded. */
export const isLive = (source: unknown): source is LiveGraph => knownValue(source) === 'a graph model';

async function artifactsOf(
  source: GraphSource,
  onProgress?: (share: number) => void,
): Promise<io.ModelArtifacts> {
  if (typeof source === 'string') return loadArtifacts(source, onProgress);
  const known = knownValue(source);
  if (known === 'a graph model') return artifactsOfLive(source as LiveGraph);
  if (known?.startsWith('artifacts') === true) return source as io.ModelArtifacts;
  if (known !== undefined || Object(source) !== source) throw notASource(source);
  return loadArtifacts(source as io.IOHandler, onProgress);
}

const notASource = (source: unknown) =>
  wrongSource(
    source,
    'graphModel(source)',
    'a URL, an IOHandler, artifacts or a tf.GraphModel',
    "For instance graphModel('https://example.org/model/model.json').",
  );

/** A graph model that is loaded keeps the artifacts that it was loaded from, and gives them when it is saved, weights expanded. */
async function artifactsOfLive(model: LiveGraph): Promise<io.ModelArtifacts> {
  const packed = packedArtifacts(model);
  if (packed !== undefined) return packed;
  let artifacts: io.ModelArtifacts = {};
  await model.save(
    io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(given) };
    }),
  );
  return artifacts;
}
