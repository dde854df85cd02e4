import { basename, dirname, join, parse } from 'node:path';

import type { KerasModel } from '@lowbit/keras';
import { modelFiles } from '@lowbit/tfjs-format';

import { checkInput } from '../files/read-input.js';
import type { Io } from '../io.js';
import { kerasSource } from '../keras/keras-source.js';
import { writeJson } from '../output/json.js';
import { checkPlace, outputPlace } from '../tfjs/output-place.js';
import { writeModel } from '../tfjs/write-model.js';

export interface ImportOptions {
  readonly output?: string;
  readonly topology?: string;
  readonly force?: true;
  readonly json?: true;
}

/** `lowbit import`: a model of Keras becomes one of TensorFlow.js, with the same numbers. Nothing is quantized. */
export async function importCommand(file: string, options: ImportOptions, io: Io): Promise<void> {
  const { topology, force = false } = options;
  const inputs: [string, ...string[]] = topology === undefined ? [file] : [file, topology];
  for (const input of inputs) await checkInput(input);
  const place = outputPlace(options.output ?? defaultFolder(file));
  await checkPlace(place, [], inputs, force);
  const { readKeras, tfjsArtifacts } = await import('@lowbit/keras');
  const model = await readKeras(await kerasSource(file, topology, io.signal), { signal: io.signal });
  try {
    const { json, shards } = modelFiles(await tfjsArtifacts(model), basename(file));
    const dataFiles = shards.map(({ path, bytes }) => ({ path: join(place.folder, path), data: bytes }));
    const files = [...dataFiles, { path: place.file, data: json }];
    await writeModel(place.folder, files, { force, signal: io.signal });
    const document = {
      input: file,
      output: place.file,
      dataFiles: dataFiles.map(({ path }) => path),
      ...summaryOf(model),
      bytes: shards.reduce((sum, { bytes }) => sum + bytes.length, json.length),
    };
    if (options.json) writeJson(io.stdout, document);
    else io.stdout.write(textOf(document));
  } finally {
    model.close();
  }
}

/** Beside the model, called after it: `net.keras` and `net.weights.h5` become `net_tfjs`. */
function defaultFolder(file: string): string {
  return join(dirname(file), `${parse(basename(file).replace(/\.weights\.h5$/, '')).name}_tfjs`);
}

interface Summary {
  readonly kerasVersion: string | null;
  readonly layers: number;
  readonly weights: number;
  readonly notes: readonly string[];
}

function summaryOf({ kerasVersion, network, weights, notes }: KerasModel): Summary {
  return {
    kerasVersion: kerasVersion ?? null,
    layers: network.layers.length,
    weights: weights.length,
    notes,
  };
}

function textOf(
  document: Summary & { readonly input: string; readonly output: string; readonly bytes: number },
): string {
  const { input, output, layers, weights, bytes, notes, kerasVersion } = document;
  const from = kerasVersion === null ? '' : ` (Keras ${kerasVersion})`;
  const size = `${layers} layers, ${weights} weights, ${(bytes / 1e6).toFixed(2)} MB`;
  return `${[`${input}${from} → ${output}: ${size}.`, ...notes].join('\n')}\n`;
}
