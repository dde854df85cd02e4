import { joinBytes } from '@lowbit/core/adapter';
import { meantPath, parseModelJson, renamedFile, type ManifestGroup } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import { beside, nameIn, type DroppedFiles } from '../dropped-files.js';

/**
 * The artifacts of a dropped `model.json` and its weight files.
 *
 * @throws LowbitError `model-malformed`, `external-data`, `file-missing` for a weight file that was not dropped.
 */
export function readArtifacts(name: string, files: DroppedFiles): io.ModelArtifacts {
  const text = new TextDecoder().decode(beside(files, name));
  const { weightsManifest, ...members } = parseModelJson(text, name);
  const parts = pathsIn(weightsManifest).map((path) => weightFile(files, path));
  return {
    ...members,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: joinBytes(parts).buffer as ArrayBuffer,
  } as unknown as io.ModelArtifacts;
}

/** Bytes of a dropped `model.json` and of the weight files that it names. */
export function bytesOfModel(name: string, files: DroppedFiles): number {
  const json = beside(files, name);
  const { weightsManifest } = parseModelJson(new TextDecoder().decode(json), name);
  const paths = new Set(pathsIn(weightsManifest));
  return [...paths].reduce((sum, path) => sum + weightFile(files, path).length, json.length);
}

const pathsIn = (manifest: readonly ManifestGroup[]): string[] => manifest.flatMap(({ paths }) => paths);

/** As TensorFlow.js asks a server for it, which reads `%20` as a space. */
function weightFile(files: DroppedFiles, path: string): Uint8Array {
  const isCalledSo = files.has(nameIn(path));
  return beside(files, isCalledSo ? path : meantPath(path), renamedFile(path, [...files.keys()]).remedy);
}
