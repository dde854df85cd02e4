import { basename, dirname, extname, join } from 'node:path';

import type { Registry } from '@lowbit/core';
import { defined, withoutUnfit } from '@lowbit/core/adapter';
import type { KerasInspection } from '@lowbit/keras';
import { inspectModel, onnx, readModel } from '@lowbit/onnx';
import { ownClasses } from '@lowbit/tfjs-format';
import {
  inspectionText,
  kerasInspectionText,
  tfjsInspectionText,
  type PossibleWeights,
} from '@lowbit/report/text';

import { dataFilesOf } from '../files/data-files.js';
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
  checkKind(found, options);
  const ways = {
    keras: () => inspectOfKeras(model, options, io),
    tfjs: () => inspectFolder(found.file, methods, io),
    onnx: () => inspectFile(found.file, options, io),
  };
  tell(io.stdout, options, await ways[found.kind]());
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
  const place = [model, ...(topology === undefined ? [] : ['--topology', topology])];
  const hooks = ['customLayers', 'lambdas'].filter((hook) =>
    problems.some(({ remedy }) => remedy?.includes(hook)),
  );
  if (hooks.length > 0)
    return `say what stands for such layers, in a program: readKeras(file, { ${hooks.join(', ')} })`;
  if (problems.length > 0) return `mend what is told above, then ${commandWords(['inspect', ...place])}`;
  const isTopologyAlone = topology === undefined && extname(model) === '.json';
  // One without weights is a whole model, of which nothing can be quantized.
  if (isTopologyAlone && parameters === 0) return commandWords(['import', model]);
  if (isTopologyAlone) return commandWords(['quantize', 'WEIGHTS', '--topology', model]);
  return commandWords(['quantize', ...place]);
}

/** Bytes that parameters and nodes take beside the codes of a weight, and that the record of a result takes: fewer than most do. */
const spent = { weight: 150, result: 400 };

/** What is quantized where that can make the file smaller, or else how the model is loaded. */
function nextOf(words: readonly string[], possible: object, loading: string): string {
  const { quantizable = [] } = possible as Partial<PossibleWeights>;
  const gain = quantizable.reduce((sum, { bytes }) => sum + Math.max(0, (3 * bytes) / 4 - spent.weight), 0);
  return gain > spent.result ? commandWords(['quantize', ...words]) : loading;
}

async function inspectFile(model: string, { freezeInputs }: InspectOptions, io: Io): Promise<Told> {
  const bytes = await readInput(model, io.signal);
  const read = readModel(bytes, basename(model));
  const frozen = defined({ freezeInputs });
  const { open: externalData } = dataFilesOf(model, io.signal);
  const layers = await onnx(bytes, { ...frozen, name: basename(model), externalData }).layers();
  const whole = inspectModel(read, frozen);
  const { externalFiles, ...inside } = await withoutUnfit(whole, layers, io);
  const beside = externalFiles && (await dataSizes(model, externalFiles));
  const document = { input: model, ...inside, ...defined({ externalFiles: beside }) };
  const files = (beside ?? []).map(({ path }) => join(dirname(model), path));
  // Inputs are frozen where that was asked for, and where nothing else helps.
  const helps = freezeInputs === undefined && whole.quantizable.length === 0;
  const possible = helps ? inspectModel(read, { freezeInputs: true }) : inside;
  const words = [model, ...(helps || freezeInputs ? ['--freeze-inputs'] : [])];
  return {
    document,
    text: (colors) => `${inspectionText(document, colors)}\n`,
    next: nextOf(words, possible, onnxLoading(model, files)),
  };
}

async function inspectFolder(model: string, methods: Registry, io: Io): Promise<Told> {
  const read = await readTfjsModel(model, io.signal);
  const document = { input: model, ...(await inspectTfjs(read, methods)) };
  const isPlain = (document.lowbit?.packed ?? 0) === 0 && ownClasses(read.json.modelTopology).length === 0;
  return {
    document,
    text: (colors) => `${tfjsInspectionText(document, colors)}\n`,
    next: nextOf([model], document, tfjsLoading(model, document.kind === 'graph-model', isPlain)),
  };
}
