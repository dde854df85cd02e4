import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { KerasModel } from '@lowbit/keras';

import { checkInput } from '../files/read-input.js';
import { checkStream, outputFor, standardStream, withStandardInput } from '../files/standard-streams.js';
import type { Io } from '../io.js';
import { readKerasModel } from '../keras/keras-source.js';
import { kerasOutput } from '../keras/keras-output.js';
import { writtenModel } from '../keras/written-model.js';
import { writeJson } from '../output/json.js';
import { writeModel } from '../tfjs/write-model.js';
import type { KerasOptions } from '../usage/keras-options.js';
import { nextLine } from '@lowbit/report/text';
import { commandWords } from '../output/changed-command.js';
import { findModel } from '../model/find-model.js';
import { createProgress, type Progress, sharesOf } from '../output/progress.js';

export interface ImportOptions extends KerasOptions {
  readonly output?: string;
  readonly force?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** `lowbit import`: a model of Keras becomes one of TensorFlow.js or ONNX, with the same numbers. Nothing is quantized. */
export async function importCommand(file: string, given: ImportOptions, io: Io): Promise<void> {
  const output = outputFor(file, given.output);
  const options = { ...given, ...defined({ output }) };
  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    checkStream(output, io.stdout);
    await withStandardInput(file, io, async (path, { stdout, stderr }) => {
      const document = await importModel(path, options, io, progress);
      progress.end();
      const told = output === standardStream ? stderr : stdout;
      if (options.json) writeJson(told, document);
      else if (!options.quiet) told.write(textOf(document));
    });
  } finally {
    progress.end();
  }
}

async function importModel(
  file: string,
  { topology, to = 'tfjs', output: given, force: mayReplace }: ImportOptions,
  { signal, stdout }: Io,
  progress: Progress,
): Promise<ImportDocument> {
  const force = mayReplace === true;
  const inputs: [string, ...string[]] = topology === undefined ? [file] : [file, topology];
  await checkImported(file, topology);
  const suffix = to === 'onnx' ? '' : '_tfjs';
  const output = await kerasOutput({ to, output: given, suffix, inputs, force });
  const model = await readKerasModel({ file, topology }, signal, sharesOf('read', progress));
  try {
    const onProgress = sharesOf('write', progress);
    const { files, bytes, notes } = await writtenModel(model, to, output, { signal, onProgress });
    const dataFiles = files.map(({ path }) => path).filter((path) => path !== output);
    checkStream(output, stdout, dataFiles);
    await writeModel(dirname(output), files, { force, signal, stdout });
    return { input: file, output, dataFiles, ...summaryOf(model, notes), bytes };
  } finally {
    model.close();
  }
}

/** Checks that a file, and the one of its topology, can be of Keras. What else a file is, its reader tells. @throws LowbitError as `findModel`. */
async function checkImported(file: string, topology: string | undefined): Promise<void> {
  const { kind, path } = await findModel(file, topology);
  if (topology !== undefined) await checkInput(topology);
  if (kind !== 'tfjs' || (path.endsWith('.json') && !(await hasTopology(path)))) return;
  throw new LowbitError({
    code: 'model-not-keras',
    where: path,
    expected: 'a .keras or .h5 file, or weights and --topology',
    received: 'a model of TensorFlow.js',
    remedy:
      'It needs no import: `lowbit quantize` and `lowbit compare` take it as it is. To ONNX it goes in a program, where it is a layers model: toOnnx(await kerasModel(await load("file://…/model.json"))).',
  });
}

/** Whether JSON is the `model.json` of TensorFlow.js; other JSON its reader tells about. */
async function hasTopology(path: string): Promise<boolean> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as { readonly modelTopology?: unknown } | null;
    return typeof value?.modelTopology === 'object';
  } catch {
    return false;
  }
}

interface Summary {
  readonly kerasVersion: string | null;
  readonly layers: number;
  readonly weights: number;
  readonly notes: readonly string[];
}

function summaryOf(
  { kerasVersion, network, weights, notes }: KerasModel,
  ofResult: readonly string[],
): Summary {
  return {
    kerasVersion: kerasVersion ?? null,
    layers: network.layers.length,
    weights: weights.length,
    notes: [...notes, ...ofResult],
  };
}

interface ImportDocument extends Summary {
  readonly input: string;
  readonly output: string;
  readonly dataFiles: readonly string[];
  readonly bytes: number;
}

function textOf(document: ImportDocument): string {
  const { input, output, layers, weights, bytes, notes, kerasVersion } = document;
  const from = kerasVersion === null ? '' : ` (Keras ${kerasVersion})`;
  const size = `${layers} layers, ${weights} weights, ${(bytes / 1e6).toFixed(2)} MB`;
  const done = [`${input}${from} → ${output}: ${size}.`, ...notes].join('\n');
  return `${done}\n${nextLine(commandWords(['quantize', output]))}`;
}
