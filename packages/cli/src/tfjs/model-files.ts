import { basename, dirname, join } from 'node:path';

import { shardWeights, storedWeights, type StoredWeight, type WeightSpec } from '@lowbit/keras';
import type { SaveReport } from '@lowbit/tfjs';
import type { io } from '@tensorflow/tfjs-core';

import type { OutputFile } from '../files/write-outputs.js';
import { storedForm } from './expanded-weights.js';
import { keepStored } from './keep-stored.js';

/** A saved model: its files, which are not written yet, and what saving cost. */
export interface SavedModel {
  /** Weight files, then the JSON. */
  readonly files: readonly OutputFile[];
  readonly totalBytes: number;
  readonly saved: SaveReport;
}

/**
 * Saves into memory, as TensorFlow.js lays a model out: weight files of at most 4 MiB beside its JSON.
 *
 * @param file - where the JSON will be
 * @param originals - the weights of the original, of which those that nothing changed keep a small form
 */
export async function modelFiles(
  file: string,
  originals: readonly StoredWeight[],
  save: (handler: io.IOHandler) => Promise<SaveReport>,
): Promise<SavedModel> {
  let artifacts: io.ModelArtifacts = {};
  const saved = await save({
    async save(given) {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  const { weightSpecs = [], weightData, ...members } = artifacts;
  const data = new Uint8Array(weightData as ArrayBuffer);
  const written = storedWeights(weightSpecs as unknown as WeightSpec[], data, basename(file));
  const weights = keepStored(written, originals);
  const { group, shards } = shardWeights(weights);
  const json = JSON.stringify({ convertedBy: null, ...members, weightsManifest: [group] });
  const files = [
    ...shards.map(({ path, bytes }) => ({ path: join(dirname(file), path), data: bytes })),
    { path: file, data: new TextEncoder().encode(json) },
  ];
  const totalBytes = files.reduce((sum, { data: { length } }) => sum + length, 0);
  return { files, totalBytes, saved: savedAs(saved, written, weights) };
}

/** What was told of saving, with the weights that kept a form of the original. */
function savedAs(
  report: SaveReport,
  written: readonly StoredWeight[],
  kept: readonly StoredWeight[],
): SaveReport {
  const weights = report.weights.map((row, i) => {
    const weight = kept[i] as StoredWeight;
    if (weight === written[i]) return row;
    return { ...row, form: storedForm(weight.spec), bytes: weight.bytes.length, sqnrDb: null };
  });
  const losses = weights.flatMap(({ sqnrDb }) => (sqnrDb === null ? [] : [sqnrDb]));
  return {
    ...report,
    weights,
    bytes: kept.reduce((sum, { bytes }) => sum + bytes.length, 0),
    lowestSqnrDb: losses.length === 0 ? null : Math.min(...losses),
  };
}
