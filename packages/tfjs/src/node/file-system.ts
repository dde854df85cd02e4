/// <reference types="node" />
import { mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import {
  modelArtifacts,
  modelFiles,
  parseModelJson,
  readWeights,
  renamedFile,
  type ModelArtifacts,
} from '@lowbit/tfjs-format';
import { io } from '@tensorflow/tfjs-core';
import { fileFailure, writeFiles } from './write-files.js';

type Router = Parameters<typeof io.registerSaveRouter>[0];

const scheme = 'file://';

/** The path behind `file://`; relative paths count from the working directory. */
function pathOf(url: string): string {
  return url.slice(scheme.length);
}

/**
 * Saves a model into a folder, and loads it from there, as TensorFlow.js lays it out: `model.json` and weight files of at most
 * 4 MiB beside it. Files are written under temporary names and renamed when all are complete.
 *
 * @param path The folder; for loading also its `model.json`, whatever its name.
 * @param onProgress Share of the weight files that have been read, 0 … 1.
 * @throws LowbitError `file-missing`, `file-unreadable`, `file-unwritable`, `model-malformed`, `model-truncated`,
 *   `external-data`.
 */
export function fileSystem(path: string, onProgress?: (share: number) => void): Required<io.IOHandler> {
  const where = 'fileSystem(path, onProgress)';
  checkArgument(typeof path === 'string', path, { where, expected: 'the path of a folder' });
  const isCallback = onProgress === undefined || typeof onProgress === 'function';
  checkArgument(isCallback, onProgress, { where, expected: 'a function' });
  return {
    save: (artifacts) => saveTo(path, artifacts),
    load: () => loadFrom(path, onProgress),
  };
}

/** Lets TensorFlow.js, `save` and `load` understand `file://` in Node. Calling it again does nothing. */
export function registerFileSystem(): void {
  if (io.getSaveHandlers(`${scheme}x`).length > 0) return;
  const route = (url: string | string[], options?: io.LoadOptions): Required<io.IOHandler> | null =>
    typeof url === 'string' && url.startsWith(scheme) ? fileSystem(pathOf(url), options?.onProgress) : null;
  io.registerSaveRouter(route as Router);
  io.registerLoadRouter(route as Router);
}

async function saveTo(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  if (typeof artifacts.modelTopology !== 'object') throw noTopology(folder);
  const { json, shards } = modelFiles(artifacts as ModelArtifacts, folder);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileFailure('file-unwritable', folder, error);
  });
  await writeFiles(folder, [...shards, { path: 'model.json', bytes: new TextEncoder().encode(json) }]);
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}

async function loadFrom(given: string, onProgress?: (share: number) => void): Promise<io.ModelArtifacts> {
  const path = await asNamed(given);
  const file = (await isFolder(path)) ? await modelIn(path) : path;
  const json = parseModelJson(new TextDecoder().decode(await read(file)), file);
  const count = json.weightsManifest.reduce((sum, { paths }) => sum + paths.length, 0);
  let done = 0;
  const readShard = async (name: string): Promise<Uint8Array> => {
    const bytes = await readBeside(file, name);
    onProgress?.(++done / count);
    return bytes;
  };
  const weights = await readWeights(json, readShard, file);
  return modelArtifacts(json, weights) as io.ModelArtifacts;
}

/** The model in a folder; one that TensorFlow wrote is told apart. */
async function modelIn(folder: string): Promise<string> {
  const file = join(folder, 'model.json');
  if ((await exists(file)) || !(await exists(join(folder, 'saved_model.pb')))) return file;
  throw new LowbitError({
    code: 'file-missing',
    where: file,
    expected: 'a model.json of TensorFlow.js',
    received: 'a SavedModel of TensorFlow',
    remedy:
      'Convert it with tensorflowjs_converter --input_format=tf_saved_model FOLDER OUT, and load that with graphModel().',
  });
}

/** The path as it is, or what its percent signs stand for, as in what `pathToFileURL` gives, where only that is there. */
async function asNamed(path: string): Promise<string> {
  if (!path.includes('%') || (await exists(path))) return path;
  try {
    const meant = decodeURIComponent(path);
    return (await exists(meant)) ? meant : path;
  } catch {
    return path;
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A weight file in the folder of the model; links may not lead out of it. */
async function readBeside(model: string, path: string): Promise<Uint8Array> {
  const named = join(dirname(model), path);
  const [folder, file] = await Promise.all([realpath(dirname(model)), realpath(named)]).catch(
    async (error: unknown) => {
      const others = await readdir(dirname(named)).catch(() => []);
      throw readFailure(named, error, renamedFile(path, others).remedy);
    },
  );
  const way = relative(folder, file);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw leadsOut(model, path);
  return read(file);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw readFailure(path, error);
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    // A pipe or a device would never end.
    if (!(await stat(path)).isFile()) throw new Error('not a regular file');
    return await readFile(path);
  } catch (error) {
    throw readFailure(path, error);
  }
}

function readFailure(
  path: string,
  cause: unknown,
  remedy = 'Check the path, and copy all files of the model.',
): LowbitError {
  const isMissing = (cause as { code?: string }).code === 'ENOENT';
  return isMissing
    ? fileFailure('file-missing', path, cause, remedy)
    : fileFailure('file-unreadable', path, cause);
}

function leadsOut(where: string, path: string): LowbitError {
  return new LowbitError({
    code: 'external-data',
    where,
    expected: "weight files in the model's folder",
    received: `${path}, which leads out of it`,
    remedy: "Put the file itself into the model's folder, not a link to it.",
  });
}

function noTopology(where: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where,
    expected: 'a model with a topology in JSON',
    received: 'none',
  });
}
