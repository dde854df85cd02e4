/// <reference types="node" />
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LowbitError } from '@lowbit/core';
import {
  joinBytes,
  parseModelJson,
  shardWeights,
  storedWeights,
  type ModelJson,
  type WeightSpec,
} from '@lowbit/keras';
import { io } from '@tensorflow/tfjs-core';
import { bytesOf } from '../load/weight-data.js';
import { writeFiles } from './write-files.js';

type Router = Parameters<typeof io.registerSaveRouter>[0];

const scheme = 'file://';

/** The path behind `file://`; relative paths count from the working directory. */
export function pathOf(url: string): string {
  return url.slice(scheme.length);
}

/**
 * Saves a model into a folder, and loads it from there, as TensorFlow.js lays it out: `model.json` and weight files of at most
 * 4 MiB beside it. Files are written under temporary names and renamed when all are complete.
 *
 * @param path The folder; for loading also its `model.json`, whatever its name.
 * @throws LowbitError `file-missing`, `file-unreadable`, `file-unwritable`, `model-malformed`, `model-truncated`,
 *   `external-data`.
 */
export function fileSystem(path: string): Required<io.IOHandler> {
  return {
    save: (artifacts) => saveTo(path, artifacts),
    load: () => loadFrom(path),
  };
}

/** Lets TensorFlow.js, `save` and `load` understand `file://` in Node. Calling it again does nothing. */
export function registerFileSystem(): void {
  if (io.getSaveHandlers(`${scheme}x`).length > 0) return;
  const route = (url: string | string[]): Required<io.IOHandler> | null =>
    typeof url === 'string' && url.startsWith(scheme) ? fileSystem(pathOf(url)) : null;
  io.registerSaveRouter(route as Router);
  io.registerLoadRouter(route as Router);
}

async function saveTo(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightSpecs = [], weightData, ...members } = artifacts;
  if (typeof members.modelTopology !== 'object') throw noTopology(folder);
  const specs = weightSpecs as unknown as WeightSpec[];
  const { group, shards } = shardWeights(storedWeights(specs, bytesOf(weightData), folder));
  const json = { format: 'layers-model', convertedBy: null, ...members, weightsManifest: [group] };
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileFailure('file-unwritable', folder, error);
  });
  const model = { path: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) };
  await writeFiles(folder, [...shards, model]);
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}

async function loadFrom(path: string): Promise<io.ModelArtifacts> {
  const file = (await isFolder(path)) ? join(path, 'model.json') : path;
  const json = parseModelJson(new TextDecoder().decode(await read(file)), file);
  const { weightsManifest, ...members } = json;
  const files = weightsManifest.flatMap(({ paths }) => paths);
  const parts: Uint8Array[] = [];
  for (const name of files) parts.push(await read(join(dirname(file), name)));
  const weightData = joinBytes(parts).buffer as ArrayBuffer;
  return { ...members, weightSpecs: specsOf(json), weightData } as unknown as io.ModelArtifacts;
}

function specsOf({ weightsManifest }: ModelJson): readonly WeightSpec[] {
  return weightsManifest.flatMap(({ weights }) => weights);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileFailure('file-missing', path, error);
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const isMissing = (error as { code?: string }).code === 'ENOENT';
    throw fileFailure(isMissing ? 'file-missing' : 'file-unreadable', path, error);
  }
}

/** The error for a file that the system refuses. */
export function fileFailure(
  code: 'file-missing' | 'file-unreadable' | 'file-unwritable',
  where: string,
  cause: unknown,
): LowbitError {
  return new LowbitError(
    { code, where, received: cause instanceof Error ? cause.message : String(cause) },
    { cause },
  );
}

function noTopology(where: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where,
    expected: 'a model with a topology in JSON',
    received: 'none',
  });
}
