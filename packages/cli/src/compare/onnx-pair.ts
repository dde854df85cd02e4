import { calibrationInputs } from '@lowbit/data';
import { interfaceOf, openRunnable, readModel, type ExternalFile, type OnnxModel } from '@lowbit/onnx';
import { checkInterfaces, compareModels, type Comparison, type CompareSettings } from '@lowbit/report';
import type { ComparedFile } from '@lowbit/report/text';

import { readExternal } from '../files/read-external.js';
import { readInput } from '../files/read-input.js';
import { readKerasAsOnnx } from './read-keras.js';
import type { FoundModel } from '../model/find-model.js';
import { loadRuntime, type Runtime } from '../runtime/load-runtime.js';
import type { ChosenInputs, ComparedPair } from './compared-pair.js';

/** A model as read from its file, and from the files beside it. */
export interface ModelFile {
  readonly model: OnnxModel;
  readonly bytes: Uint8Array;
  readonly externalData: readonly ExternalFile[];
  /** Of the file of another kind that it was made from. */
  readonly fileBytes?: number;
}

/** What to do when a run fails, by where the inputs are from. */
const remedies = {
  random: 'Give real inputs with --input, or other sizes with --dim.',
  data: 'Give inputs of the shapes and ranges that the model is made for.',
} as const;

/**
 * Two ONNX models, or one of Keras as such, for onnxruntime-web, which loads them when they are compared.
 *
 * @throws LowbitError as `loadRuntime`; for a file that cannot be read, is no model, or names data outside its folder;
 *   `invalid-argument` for different inputs or outputs.
 */
export async function onnxPair(
  first: FoundModel,
  second: FoundModel,
  signal: AbortSignal,
): Promise<ComparedPair> {
  const runtime = await loadRuntime('compare');
  const a = await readModelFile(first, signal);
  const b = await readModelFile(second, signal);
  const { inputs, outputs } = interfaceOf(a.model);
  checkInterfaces({ name: first.file, inputs, outputs }, { name: second.file, ...interfaceOf(b.model) });
  return {
    a: comparedFile(a),
    b: comparedFile(b),
    runtime: `onnxruntime-web ${runtime.env.versions.web ?? ''}`.trim() + ', WebAssembly, one thread',
    inputs: calibrationInputs(inputs, first.file),
    compare: (chosen, settings) => compareFiles(runtime, [a, b], chosen, settings),
    release: () => undefined,
  };
}

async function readModelFile(found: FoundModel, signal: AbortSignal): Promise<ModelFile> {
  const { file } = found;
  if (found.kind === 'keras') return readKerasAsOnnx(found, signal);
  const bytes = await readInput(file, signal);
  const model = readModel(bytes, file);
  const externalData: ExternalFile[] = [];
  for (const path of interfaceOf(model).externalFiles)
    externalData.push({ path, data: await readExternal(file, path, signal) });
  return { model, bytes, externalData };
}

function comparedFile({ model, bytes, externalData, fileBytes }: ModelFile): ComparedFile {
  const own = externalData.reduce((sum, { data }) => sum + data.length, bytes.length);
  return { file: model.name, bytes: fileBytes ?? own };
}

/** Loads both models, compares them and releases them whatever happens. */
async function compareFiles(
  runtime: Runtime,
  [a, b]: readonly [ModelFile, ModelFile],
  { batches, report }: ChosenInputs,
  settings: CompareSettings,
): Promise<Comparison> {
  const open = ({ model, bytes, externalData }: ModelFile) =>
    openRunnable(model, bytes, runtime, {
      executionProviders: ['wasm'],
      externalData,
      remedy: remedies[report.source],
    });
  const first = await open(a);
  try {
    const second = await open(b);
    try {
      return await compareModels(first, second, batches, settings);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}
