import { joinBytes, shardWeights, storedWeights, type WeightSpec } from '@lowbit/keras';
import type { SaveReport } from '@lowbit/tfjs';
import { io } from '@tensorflow/tfjs-core';
import { strToU8, zipSync } from 'fflate';

/** One fixed time for all entries: the same model gives the same bytes. */
const mtime = '1980-01-01T12:00:00';

/** The files of a model by name, and what saving it cost. */
export interface ModelFiles {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly saved: SaveReport;
}

/** What `save` writes: `model.json` and its weight files. */
export async function modelFiles(save: (handler: io.IOHandler) => Promise<SaveReport>): Promise<ModelFiles> {
  let files: Record<string, Uint8Array> = {};
  const saved = await save({
    async save(artifacts) {
      files = filesOf(artifacts);
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    },
  });
  return { files, saved };
}

/** The files as one zip archive. */
export function zipFiles(files: ModelFiles['files']): Uint8Array {
  return zipSync(files, { mtime });
}

function filesOf({ weightSpecs = [], weightData = [], ...members }: io.ModelArtifacts) {
  const bytes = joinBytes([weightData].flat().map((part) => new Uint8Array(part)));
  const weights = storedWeights(weightSpecs as unknown as WeightSpec[], bytes, 'model');
  const { group, shards } = shardWeights(weights);
  const json = { format: 'layers-model', convertedBy: null, ...members, weightsManifest: [group] };
  return {
    'model.json': strToU8(JSON.stringify(json)),
    ...Object.fromEntries(shards.map(({ path, bytes: shard }) => [path, shard])),
  };
}
