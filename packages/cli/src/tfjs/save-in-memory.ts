import { basename, dirname, join } from 'node:path';

import { modelFiles, type ModelArtifacts } from '@lowbit/tfjs-format';
import type { SaveReport } from '@lowbit/tfjs';
import type { io } from '@tensorflow/tfjs-core';

import type { OutputFile } from '../files/write-outputs.js';

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
 */
export async function saveInMemory(
  file: string,
  save: (handler: io.IOHandler) => Promise<SaveReport>,
): Promise<SavedModel> {
  let artifacts: io.ModelArtifacts = {};
  const saved = await save({
    async save(given) {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  const { json, shards } = modelFiles(artifacts as ModelArtifacts, basename(file));
  const files = [
    ...shards.map(({ path, bytes }) => ({ path: join(dirname(file), path), data: bytes })),
    { path: file, data: new TextEncoder().encode(json) },
  ];
  const totalBytes = files.reduce((sum, { data: { length } }) => sum + length, 0);
  return { files, totalBytes, saved };
}
