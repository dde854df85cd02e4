import { basename } from 'node:path';

import type { Registry } from '@lowbit/core';
import { inspectModel, readModel } from '@lowbit/onnx';
import { inspectionText, kerasInspectionText, tfjsInspectionText } from '@lowbit/report/text';

import { dataSizes } from '../files/data-sizes.js';
import { readInput } from '../files/read-input.js';
import type { Io } from '../io.js';
import { inspectKerasModel } from '../keras/keras-source.js';
import { checkKind } from '../model/check-kind.js';
import { findModel } from '../model/find-model.js';
import { colorsFor } from '../output/colors.js';
import { writeJson } from '../output/json.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { inspectTfjs } from '../tfjs/inspect-model.js';
import { readTfjsModel } from '../tfjs/read-model.js';

export interface InspectOptions {
  readonly topology?: string;
  readonly plugin: readonly string[];
  readonly json?: true;
}

/** `lowbit inspect`: what a model holds, and what of it can be quantized. */
export async function inspectCommand(model: string, options: InspectOptions, io: Io): Promise<void> {
  const methods = await loadPlugins(options.plugin);
  const found = await findModel(model, options.topology);
  const { kind, file } = found;
  checkKind(found, { topology: options.topology });
  if (kind === 'keras') return inspectOfKeras(model, options, io);
  const { document, text } = await (kind === 'tfjs'
    ? inspectFolder(file, methods, io)
    : inspectFile(file, io));
  if (options.json) writeJson(io.stdout, { input: file, ...document });
  else io.stdout.write(text());
}

async function inspectOfKeras(model: string, { topology, json }: InspectOptions, io: Io): Promise<void> {
  const inspection = await inspectKerasModel({ file: model, topology }, io.signal);
  if (json) writeJson(io.stdout, { input: model, kind: 'keras', ...inspection });
  else io.stdout.write(kerasInspectionText(inspection, colorsFor(io.stdout)));
}

interface Inspected {
  readonly document: object;
  readonly text: () => string;
}

async function inspectFile(model: string, io: Io): Promise<Inspected> {
  const bytes = await readInput(model, io.signal);
  const { externalFiles, ...inside } = inspectModel(readModel(bytes, basename(model)));
  const beside = externalFiles === undefined ? {} : { externalFiles: await dataSizes(model, externalFiles) };
  const document = { ...inside, ...beside };
  return { document, text: () => inspectionText(document, colorsFor(io.stdout)) };
}

async function inspectFolder(model: string, methods: Registry, io: Io): Promise<Inspected> {
  const document = await inspectTfjs(await readTfjsModel(model, io.signal), methods);
  return { document, text: () => tfjsInspectionText(document, colorsFor(io.stdout)) };
}
