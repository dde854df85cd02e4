import { modelFiles, type ModelArtifacts } from '@lowbit/tfjs-format';
import type { SaveReport } from '@lowbit/tfjs';
import { io } from '@tensorflow/tfjs-core';
import { zipSync } from 'fflate';

/** One fixed time for all entries: the same model gives the same bytes. */
const mtime = '1980-01-01T12:00:00';

/** The files of a model by name, and what saving it cost. */
export interface SavedFiles {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly saved: SaveReport;
}

/** What `save` writes: `model.json` and its weight files. */
export async function saveInMemory(
  save: (handler: io.IOHandler) => Promise<SaveReport>,
): Promise<SavedFiles> {
  let files: Record<string, Uint8Array> = {};
  const saved = await save({
    async save(artifacts) {
      const { json, shards } = modelFiles(artifacts as ModelArtifacts, 'model');
      files = {
        'model.json': new TextEncoder().encode(json),
        ...Object.fromEntries(shards.map(({ path, bytes }) => [path, bytes])),
      };
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    },
  });
  return { files, saved };
}

/** The files as one zip archive. */
export function zipFiles(files: SavedFiles['files']): Uint8Array {
  return zipSync(files, { mtime });
}
