import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { KerasModel } from '@lowbit/keras';

import { checkInput } from '../files/read-input.js';
import { checkStream, outputFor, standardStream, withStandardInput } from '../files/standard-streams.js';
import type { Io } from '../io.js';
import { readAsKeras } from '../keras/read-as-keras.js';
import { kerasOutput } from '../keras/keras-output.js';
import { writtenModel } from '../keras/written-model.js';
import { tell } from '../output/tell.js';
import { writeModel } from '../tfjs/write-model.js';
import type { KerasOptions } from '../usage/keras-options.js';
import { commandWords } from '../output/changed-command.js';
import { checkKind } from '../model/check-kind.js';
import { findModel, type FoundModel } from '../model/find-model.js';
import { modelFiles } from '../model/model-files.js';
import { modelFirst } from './model-first.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { createProgress, type Progress, sharesOf } from '../output/progress.js';

export interface ImportOptions extends KerasOptions {
  readonly output?: string;
  readonly plugin?: readonly string[];
  readonly force?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** `lowbit import`: a model of Keras becomes one of TensorFlow.js or ONNX, one of TensorFlow.js one of ONNX, with the same numbers. Nothing is quantized. */
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
      const next = commandWords(['quantize', document.output]);
      tell(told, options, { document, text: () => textOf(document), next });
    });
  } finally {
    progress.end();
  }
}

async function importModel(
  file: string,
  options: ImportOptions,
  { signal, stdout }: Io,
  progress: Progress,
): Promise<ImportDocument> {
  const { to = 'tfjs', force = false } = options;
  const found = await findImported(file, options);
  const methods = await loadPlugins(options.plugin);
  const [first = found.file, ...others] = await modelFiles(found, signal);
  const place = {
    ...{ to, model: found.path, output: options.output, force },
    ...{ suffix: to === 'onnx' ? '' : '_tfjs', inputs: [first, ...others] as const },
  };
  const output = await modelFirst(found, signal, () => kerasOutput(place));
  const reading = { command: 'import', methods, signal, onProgress: sharesOf('read', progress) };
  const model = await readAsKeras(found, reading);
  try {
    const onProgress = sharesOf('write', progress);
    const { files, bytes, notes } = await writtenModel(model, to, output, {
      ...{ signal, onProgress, registry: methods },
    });
    const dataFiles = files.map(({ path }) => path).filter((path) => path !== output);
    checkStream(output, stdout, dataFiles);
    await writeModel(dirname(output), files, { force, signal, stdout });
    return { input: file, output, dataFiles, ...summaryOf(model, notes), bytes };
  } finally {
    model.close();
  }
}

/** Finds what can be of Keras, or of TensorFlow.js for ONNX. What else a file is, its reader tells. @throws LowbitError as `findModel`. */
async function findImported(path: string, options: ImportOptions): Promise<FoundModel> {
  const found = await findModel(path, options);
  const { file, kind, isTfjs } = found;
  const isOfTfjs = (kind === 'tfjs' || isTfjs === true) && (await hasTopology(file));
  if (!isOfTfjs) {
    const { topology } = options;
    if (topology !== undefined) await checkInput(topology);
    return { path, file, kind: 'keras', ...defined({ topology }) };
  }
  if (isTfjs) {
    checkKind(found, options);
    return found;
  }
  throw new LowbitError({
    code: 'model-not-keras',
    where: file,
    expected: 'a .keras or .h5 file, or weights and --topology',
    received: 'a model of TensorFlow.js',
    remedy:
      'It needs no import: `lowbit quantize` and `lowbit compare` take it as it is. A layers model becomes an ONNX file with --to onnx.',
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
    // What TensorFlow.js wrote names that in the place of a version.
    kerasVersion: kerasVersion?.startsWith('tfjs') === false ? kerasVersion : null,
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
  return [`${input}${from} → ${output}: ${size}.`, ...notes, ''].join('\n');
}
