import { basename, dirname, extname, join } from 'node:path';

import type { Registry } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { KerasInspection } from '@lowbit/keras';
import { inspectModel, readModel } from '@lowbit/onnx';
import { ownClasses } from '@lowbit/tfjs-format';
import {
  inspectionText,
  kerasInspectionText,
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
import { tell, type Told } from '../output/tell.js';
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
  const told = await (kind === 'keras'
    ? inspectOfKeras(model, options, io)
    : kind === 'tfjs'
      ? inspectFolder(file, methods, io)
      : inspectFile(file, options, io));
  tell(io.stdout, options, told);
}

async function inspectOfKeras(input: string, { topology }: InspectOptions, io: Io): Promise<Told> {
  const inspection = await inspectKerasModel({ file: input, topology }, io.signal);
  return {
    document: { input, kind: 'keras', ...inspection },
    text: (colors) => `${kerasInspectionText(inspection, colors)}\n`,
    next: afterKeras(input, topology, inspection),
  };
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

async function inspectFile(
  model: string,
  { freezeInputs }: Pick<InspectOptions, 'freezeInputs'>,
  io: Io,
): Promise<Told> {
  const read = readModel(await readInput(model, io.signal), basename(model));
  const { externalFiles, ...inside } = inspectModel(read, defined({ freezeInputs }));
  const beside = externalFiles === undefined ? {} : { externalFiles: await dataSizes(model, externalFiles) };
  const document = { ...inside, ...beside };
  const files = (externalFiles ?? []).map(({ path }) => join(dirname(model), path));
  // Inputs are frozen where that was asked for, and where nothing else helps.
  const isFrozen = freezeInputs ?? inside.quantizable.length === 0;
  const possible = isFrozen ? inspectModel(read, { freezeInputs: true }) : inside;
  const words = isFrozen ? [model, '--freeze-inputs'] : [model];
  return {
    document: { input: model, ...document },
    text: (colors) => `${inspectionText(document, colors)}\n`,
    next: nextOf(words, possible, onnxLoading(model, files)),
  };
}

async function inspectFolder(model: string, methods: Registry, io: Io): Promise<Told> {
  const read = await readTfjsModel(model, io.signal);
  const document = await inspectTfjs(read, methods);
  const isPlain = (document.lowbit?.packed ?? 0) === 0 && ownClasses(read.json.modelTopology).length === 0;
  const loading = tfjsLoading(model, document.kind === 'graph-model', isPlain);
  return {
    document: { input: model, ...document },
    text: (colors) => `${tfjsInspectionText(document, colors)}\n`,
    next: nextOf([model], document, loading),
  };
}
