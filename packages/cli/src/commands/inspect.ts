import { basename, dirname, extname, join } from 'node:path';

import type { Registry } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { KerasInspection } from '@lowbit/keras';
import { inspectModel, readModel } from '@lowbit/onnx';
import { ownClasses } from '@lowbit/tfjs-format';
import {
  inspectionText,
  kerasInspectionText,
  nextLine,
  tfjsInspectionText,
  type PossibleWeights,
} from '@lowbit/report/text';

import { dataSizes } from '../files/data-sizes.js';
import { readInput } from '../files/read-input.js';
import { withStandardInput } from '../files/standard-streams.js';
import type { Io } from '../io.js';
import { inspectKerasModel } from '../keras/keras-source.js';
import { checkKind } from '../model/check-kind.js';
import { findModel } from '../model/find-model.js';
import { commandWords } from '../output/changed-command.js';
import { onnxLoading, tfjsLoading } from '../output/loading.js';
import { colorsFor } from '../output/colors.js';
import { writeJson } from '../output/json.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { inspectTfjs } from '../tfjs/inspect-model.js';
import { readTfjsModel } from '../tfjs/read-model.js';

export interface InspectOptions {
  readonly topology?: string;
  readonly plugin: readonly string[];
  readonly freezeInputs?: true;
  readonly json?: true;
}

/** `lowbit inspect`: what a model holds, and what of it can be quantized. */
export async function inspectCommand(model: string, options: InspectOptions, io: Io): Promise<void> {
  await withStandardInput(model, io, (path, told) => inspect(path, options, told));
}

async function inspect(model: string, options: InspectOptions, io: Io): Promise<void> {
  const methods = await loadPlugins(options.plugin);
  const found = await findModel(model, options);
  const { kind, file } = found;
  checkKind(found, options);
  if (kind === 'keras') return inspectOfKeras(model, options, io);
  const { document, text } = await (kind === 'tfjs'
    ? inspectFolder(file, methods, io)
    : inspectFile(file, options, io));
  if (options.json) writeJson(io.stdout, { input: file, ...document });
  else io.stdout.write(text());
}

async function inspectOfKeras(model: string, { topology, json }: InspectOptions, io: Io): Promise<void> {
  const inspection = await inspectKerasModel({ file: model, topology }, io.signal);
  if (json) writeJson(io.stdout, { input: model, kind: 'keras', ...inspection });
  else
    io.stdout.write(
      `${kerasInspectionText(inspection, colorsFor(io.stdout))}\n${nextLine(afterKeras(model, topology, inspection))}`,
    );
}

function afterKeras(
  model: string,
  topology: string | undefined,
  { problems, parameters }: Pick<KerasInspection, 'problems' | 'parameters'>,
): string {
  const again = commandWords(['inspect', model, ...(topology === undefined ? [] : ['--topology', topology])]);
  const hooks = ['customLayers', 'lambdas'].filter((hook) =>
    problems.some(({ remedy }) => remedy?.includes(hook)),
  );
  if (hooks.length > 0)
    return `say what stands for such layers, in a program: readKeras(file, { ${hooks.join(', ')} })`;
  if (problems.length > 0) return `mend what is told above, then ${again}`;
  const isTopologyAlone = topology === undefined && extname(model) === '.json';
  // One without weights is a whole model, of which nothing can be quantized.
  if (isTopologyAlone && parameters === 0) return commandWords(['import', model]);
  if (isTopologyAlone) return commandWords(['quantize', 'WEIGHTS', '--topology', model]);
  return commandWords(['quantize', model, ...(topology === undefined ? [] : ['--topology', topology])]);
}

/** Bytes that parameters and nodes take beside the codes of a weight, and that the record of a result takes: fewer than most do. */
const spent = { weight: 150, result: 400 };

/** What is quantized where that can make the file smaller, or else how the model is loaded. */
function nextOf(words: readonly string[], possible: object, loading: string): string {
  const { quantizable = [] } = possible as Partial<PossibleWeights>;
  const gains = quantizable.map(({ bytes }) => Math.max(0, (3 * bytes) / 4 - spent.weight));
  const gain = gains.reduce((sum, one) => sum + one, 0);
  return gain > spent.result ? commandWords(['quantize', ...words]) : loading;
}

interface Inspected {
  readonly document: object;
  readonly text: () => string;
}

async function inspectFile(
  model: string,
  { freezeInputs }: Pick<InspectOptions, 'freezeInputs'>,
  io: Io,
): Promise<Inspected> {
  const read = readModel(await readInput(model, io.signal), basename(model));
  const { externalFiles, ...inside } = inspectModel(read, defined({ freezeInputs }));
  const beside = externalFiles === undefined ? {} : { externalFiles: await dataSizes(model, externalFiles) };
  const document = { ...inside, ...beside };
  const colors = colorsFor(io.stdout);
  const files = (externalFiles ?? []).map(({ path }) => join(dirname(model), path));
  // Inputs are frozen where that was asked for, and where nothing else helps.
  const isFrozen = freezeInputs ?? inside.quantizable.length === 0;
  const possible = isFrozen ? inspectModel(read, { freezeInputs: true }) : inside;
  const words = isFrozen ? [model, '--freeze-inputs'] : [model];
  const next = nextOf(words, possible, onnxLoading(model, files));
  return { document, text: () => `${inspectionText(document, colors)}\n${nextLine(next, colors)}` };
}

async function inspectFolder(model: string, methods: Registry, io: Io): Promise<Inspected> {
  const read = await readTfjsModel(model, io.signal);
  const document = await inspectTfjs(read, methods);
  const colors = colorsFor(io.stdout);
  const isPlain = (document.lowbit?.packed ?? 0) === 0 && ownClasses(read.json.modelTopology).length === 0;
  const loading = tfjsLoading(model, document.kind === 'graph-model', isPlain);
  const next = nextOf([model], document, loading);
  return { document, text: () => `${tfjsInspectionText(document, colors)}\n${nextLine(next, colors)}` };
}
