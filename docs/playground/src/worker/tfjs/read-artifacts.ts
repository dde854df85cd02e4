import { joinBytes, parseModelJson } from '@lowbit/keras';
import type { io } from '@tensorflow/tfjs-core';
import { beside, type DroppedFiles } from '../dropped-files.js';

/**
 * The artifacts of a dropped `model.json` and its weight files.
 *
 * @throws LowbitError `model-malformed`, `external-data`, `file-missing` for a weight file that was not dropped.
 */
export function readArtifacts(name: string, files: DroppedFiles): io.ModelArtifacts {
  const text = new TextDecoder().decode(beside(files, name));
  const { weightsManifest, ...members } = parseModelJson(text, name);
  const parts = weightsManifest.flatMap(({ paths }) => paths.map((path) => beside(files, path)));
  return {
    ...members,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: joinBytes(parts).buffer as ArrayBuffer,
  } as unknown as io.ModelArtifacts;
}
