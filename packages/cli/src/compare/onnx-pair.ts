import type { Batch } from '@lowbit/core';
import { calibrationInputs, type CalibrationInput } from '@lowbit/data';
import { readModel } from '@lowbit/onnx';
import { checkInterfaces, compareModels, type Comparison, type CompareSettings } from '@lowbit/report';
import type { ComparedFile } from '@lowbit/report/text';

import { readExternal } from '../files/read-external.js';
import { readInput } from '../files/read-input.js';
import { readKerasAsOnnx } from './read-keras.js';
import type { FoundModel } from '../model/find-model.js';
import { interfaceOf } from '../model/model-interface.js';
import { loadRuntime, type Feeds, type Runtime } from '../runtime/load-runtime.js';
import type { ChosenInputs, ComparedPair } from './compared-pair.js';
import { openSession, type ModelFile } from './onnx-session.js';
import { toFeeds } from './onnx-tensors.js';

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
  checkInterfaces(a, b);
  const inputs = calibrationInputs(a.inputs, a.name);
  return {
    a: comparedFile(a),
    b: comparedFile(b),
    runtime: `onnxruntime-web ${runtime.env.versions.web ?? ''}`.trim() + ', WebAssembly, one thread',
    inputs,
    compare: (chosen, settings) => compareFiles(runtime, [a, b], inputs, chosen, settings),
    release: () => undefined,
  };
}

async function readModelFile(model: FoundModel, signal: AbortSignal): Promise<ModelFile> {
  const { file } = model;
  if (model.kind === 'keras') return readKerasAsOnnx(model, signal);
  const bytes = await readInput(file, signal);
  const { inputs, outputs, externalFiles } = interfaceOf(readModel(bytes, file));
  const external: { readonly path: string; readonly data: Uint8Array }[] = [];
  for (const path of externalFiles) external.push({ path, data: await readExternal(file, path, signal) });
  return { name: file, inputs, outputs, bytes, external };
}

function comparedFile({ name, bytes, external }: ModelFile): ComparedFile {
  return { file: name, bytes: external.reduce((sum, { data }) => sum + data.length, bytes.length) };
}

/** Loads both models, compares them and releases them whatever happens. */
async function compareFiles(
  runtime: Runtime,
  [a, b]: readonly [ModelFile, ModelFile],
  inputs: readonly CalibrationInput[],
  { batches, report }: ChosenInputs,
  settings: CompareSettings,
): Promise<Comparison> {
  const remedy = remedies[report.source];
  const feeds = latest((given: Batch['inputs']) => toFeeds(given, inputs, runtime));
  const first = await openSession(runtime, a, feeds, remedy);
  try {
    const second = await openSession(runtime, b, feeds, remedy);
    try {
      return await compareModels(first, second, batches, settings);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

/** Keeps the feeds of the inputs that came last: both models take them, and making them counts in no time. */
function latest(make: (inputs: Batch['inputs']) => Feeds): (inputs: Batch['inputs']) => Feeds {
  let last: { readonly inputs: Batch['inputs']; readonly feeds: Feeds } | undefined;
  return (inputs) => {
    if (last?.inputs !== inputs) last = { inputs, feeds: make(inputs) };
    return last.feeds;
  };
}
