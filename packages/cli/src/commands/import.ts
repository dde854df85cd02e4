import { dirname } from 'node:path';

import type { KerasModel } from '@lowbit/keras';

import { checkInput } from '../files/read-input.js';
import type { Io } from '../io.js';
import { readKerasModel } from '../keras/keras-source.js';
import { kerasOutput } from '../keras/output-place.js';
import { totalBytes, writtenModel } from '../keras/written-model.js';
import { writeJson } from '../output/json.js';
import { writeModel } from '../tfjs/write-model.js';
import type { KerasOptions } from '../usage/keras-options.js';

export interface ImportOptions extends KerasOptions {
  readonly output?: string;
  readonly force?: true;
  readonly json?: true;
}

/** `lowbit import`: a model of Keras becomes one of TensorFlow.js or ONNX, with the same numbers. Nothing is quantized. */
export async function importCommand(file: string, options: ImportOptions, io: Io): Promise<void> {
  const { topology, to = 'tfjs', output: given, force = false } = options;
  const { signal } = io;
  const inputs: [string, ...string[]] = topology === undefined ? [file] : [file, topology];
  for (const input of inputs) await checkInput(input);
  const suffix = to === 'onnx' ? '' : '_tfjs';
  const output = await kerasOutput({ to, output: given, suffix, inputs, force });
  const model = await readKerasModel({ file, topology }, signal);
  try {
    const written = await writtenModel(model, to, output, { signal });
    const { files } = written;
    await writeModel(dirname(output), files, { force, signal });
    const dataFiles = files.map(({ path }) => path).filter((path) => path !== output);
    const summary = summaryOf(model, written.notes);
    const document = { input: file, output, dataFiles, ...summary, bytes: totalBytes(written) };
    if (options.json) writeJson(io.stdout, document);
    else io.stdout.write(textOf(document));
  } finally {
    model.close();
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

function textOf(
  document: Summary & { readonly input: string; readonly output: string; readonly bytes: number },
): string {
  const { input, output, layers, weights, bytes, notes, kerasVersion } = document;
  const from = kerasVersion === null ? '' : ` (Keras ${kerasVersion})`;
  const size = `${layers} layers, ${weights} weights, ${(bytes / 1e6).toFixed(2)} MB`;
  return `${[`${input}${from} → ${output}: ${size}.`, ...notes].join('\n')}\n`;
}
