import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, basename, join, parse, relative } from 'node:path';

import { fileError } from '@lowbit/data/node';

import { isBelow } from '../files/read-external.js';

/** A model that a command line names, itself or by a folder in which it lies. */
export interface NamedModel {
  readonly path: string;
  /** The folder that it lies in, from the one that was named: absent for a model that was named itself. */
  readonly below?: string;
}

/** What models are called; `.weights.h5` files are none by themselves. */
const modelNames = /\.(onnx|keras|h5|hdf5)$/;
const weightsNames = /\.weights\.h5$/;
/** The ending of a result beside its model. */
const resultEnding = /_q\d+$/;

/**
 * The models that paths name: each itself, but all in it and below for a folder that is no model. Folders whose names start with a dot,
 * `node_modules`, links that lead out of the folder (but to the blobs of a hub's cache), and results of models that are found too are
 * left out.
 *
 * @param output - a folder for results, in which no models are looked for
 * @returns a folder without any as it is
 * @throws LowbitError `file-missing`, `file-unreadable`.
 */
export async function findModels(paths: readonly string[], output?: string): Promise<readonly NamedModel[]> {
  const found: NamedModel[] = [];
  for (const path of paths) {
    const inside = (await isPlainFolder(path)) ? await modelsBelow(path, output) : [];
    if (inside.length === 0) found.push({ path });
    else found.push(...inside);
  }
  return found;
}

/** Whether it is a folder, and not one that is a model. What is nothing at all is told when it is read. */
async function isPlainFolder(path: string): Promise<boolean> {
  return (await isFolder(path)) && !(await isFile(join(path, 'model.json')));
}

async function modelsBelow(root: string, output: string | undefined): Promise<readonly NamedModel[]> {
  const real = await realpath(root);
  const seen = new Set([real, ...(output === undefined ? [] : [await realpath(output).catch(() => '')])]);
  const homes = [real, ...blobsOf(real)];
  const paths: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const path of await pathsIn(folder)) {
      const target = await realpath(path).catch(() => undefined);
      // A link may lead to what was seen, or around in a circle.
      if (target === undefined || seen.has(target) || !homes.some((home) => isBelow(home, target))) continue;
      seen.add(target);
      if (await isPlainFolder(path)) await walk(path);
      else if ((await isFolder(path)) || isModelName(path)) paths.push(path);
    }
  };
  await walk(root);
  return withoutResults(paths).map((path) => ({ path, below: parse(relative(root, path)).dir }));
}

/** Where caches of model hubs keep the files that links in `snapshots/REVISION` lead to: `blobs` beside it. */
function blobsOf(folder: string): readonly string[] {
  const above = dirname(folder);
  if (above === folder) return [];
  return basename(above) === 'snapshots' ? [join(dirname(above), 'blobs')] : blobsOf(above);
}

async function pathsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(error, folder, 'read');
  });
  return names
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .sort()
    .map((name) => join(folder, name));
}

function isModelName(path: string): boolean {
  return modelNames.test(path) && !weightsNames.test(path);
}

/** A result of an earlier call lies beside its model: `model_q8.onnx` beside `model.onnx`. */
function withoutResults(paths: readonly string[]): readonly string[] {
  const stems = new Set(paths.map(stemOf));
  return paths.filter((path) => {
    const stem = stemOf(path);
    return !resultEnding.test(stem) || !stems.has(stem.replace(resultEnding, ''));
  });
}

function stemOf(path: string): string {
  const { dir, name, ext } = parse(path);
  return join(dir, modelNames.test(ext) ? name : name + ext);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
