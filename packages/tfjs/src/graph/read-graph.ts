import { checkSpecs, storedWeights, type StoredWeight, type WeightSpec } from '@lowbit/keras';
import type { io } from '@tensorflow/tfjs-core';
import { loadArtifacts, nameOf, type ModelSource } from '../load/load-artifacts.js';
import { bytesOf } from '../load/weight-data.js';
import { checkTopology, type GraphTopology } from './graph-topology.js';

/** Where a graph model is: a URL, a handler, or its artifacts themselves. */
export type GraphSource = ModelSource | io.ModelArtifacts;

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
  const where = isArtifacts(source) ? 'model' : nameOf(source);
  const artifacts = isArtifacts(source) ? source : await loadArtifacts(source, onProgress);
  const topology = checkTopology(artifacts.modelTopology, where);
  const specs = (artifacts.weightSpecs ?? []) as unknown as WeightSpec[];
  checkSpecs(specs, where);
  return { where, artifacts, topology, weights: storedWeights(specs, bytesOf(artifacts.weightData), where) };
}

function isArtifacts(source: GraphSource): source is io.ModelArtifacts {
  return typeof source !== 'string' && 'modelTopology' in source;
}
