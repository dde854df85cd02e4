import type { Batch } from '@lowbit/core';
import {
  checkOptions,
  defined,
  optionTypes,
  type OptionTypes,
  type OutputValues,
  type RunnableModel,
} from '@lowbit/core/adapter';
import { interfaceOf } from '../describe/interface-of.js';
import type { ExternalFile } from '../external/files.js';
import { checkModel } from '../model/check-model.js';
import { type ModelBytes, modelBytes } from '../model/model-bytes.js';
import type { OnnxModel } from '../model/model.js';
import { writeModel } from '../model/write-model.js';
import { raisedCopy } from '../opset/raise-old.js';
import { feedsOf, requiredInputs } from './feeds.js';
import { floatsOf } from './floats-of.js';
import { readableOutputs } from './readable-outputs.js';
import { openSession, runSession, silent } from './open-session.js';
import { runtimeType, type OrtRuntime, type OrtSessionOptions, type OrtTensor } from './ort.js';

export interface RunnableOptions extends Pick<
  OrtSessionOptions,
  'executionProviders' | 'graphOptimizationLevel'
> {
  /** The files beside the model. */
  readonly externalData?: readonly ExternalFile[];
  /** What to do when a run fails, for the error. */
  readonly remedy?: string;
}

const types: OptionTypes<RunnableOptions> = {
  executionProviders: optionTypes.any,
  graphOptimizationLevel: optionTypes.any,
  externalData: {
    expected: 'a list of files, { path, data }',
    fits: (value) =>
      Array.isArray(value) &&
      value.every((file: unknown) => (Object(file) as Partial<ExternalFile>).data instanceof Uint8Array),
  },
  remedy: { expected: 'a text', fits: (value) => typeof value === 'string' },
};

/**
 * Opens a model in onnxruntime, to be run on its own or compared with another: with every optimization of the runtime, if no other
 * level is asked for. What a run costs is the runtime's time alone: the inputs that came last are kept as its tensors, and outputs are
 * read when they are asked for, float16 widened and integers of 64 bits rounded to doubles. Sequences and optional tensors come as tensors of
 * their values, the maps of ZipMap as their scores; `unread` names what comes in no form.
 *
 * @param model - what `readModel` made of the bytes
 * @throws LowbitError `invalid-argument`, `unsupported-option`; `runtime-failed`, here and from `run`; from `run` also `calibration-invalid` for inputs that the model does not
 *   take.
 * @example
 * const bytes = new Uint8Array(await (await fetch('small.onnx')).arrayBuffer());
 * const small = await openRunnable(readModel(bytes, 'small.onnx'), bytes, ort);
 * const { scores } = await small.run({ image: { shape: [1, 3, 224, 224], data: pixels } });
 */
export async function openRunnable(
  model: OnnxModel,
  bytes: ModelBytes,
  ort: OrtRuntime,
  options: RunnableOptions = {},
): Promise<RunnableModel> {
  checkModel(model, 'openRunnable(model, bytes, ort)');
  checkOptions({ ort }, { ort: runtimeType }, 'openRunnable');
  checkOptions(options, types, 'openRunnable');
  const { name } = model;
  const { externalData = [], remedy, ...wanted } = options;
  const { inputs } = interfaceOf(model);
  const required = requiredInputs(model);
  const files = externalData.length === 0 ? undefined : [...externalData];
  const { model: readable, outputs, unread } = readableOutputs(raisedCopy(model));
  const runnable = readable === model ? modelBytes(bytes, name) : writeModel(readable);
  const session = await openSession(ort, runnable, name, {
    ...silent,
    ...wanted,
    ...defined({ externalData: files }),
  });
  const feeds = latest((given) => feedsOf({ inputs: given }, required, ort));
  return {
    name,
    inputs,
    outputs: outputs.map(({ declared }) => declared),
    ...(unread.length > 0 && { unread }),
    async run(given) {
      const fed = feeds(given);
      // Runtimes refuse to run for no output.
      const results = outputs.length === 0 ? {} : await runSession(session, fed, name, remedy);
      return Object.fromEntries(
        outputs.map(({ declared, tensor }) => [
          declared.name,
          outputOf(results[tensor] as OrtTensor, declared.name),
        ]),
      );
    },
    close: () => session.release(),
  };
}

/** Keeps what was made of the inputs that came last. */
function latest<T>(make: (inputs: Batch['inputs']) => T): (inputs: Batch['inputs']) => T {
  let last: { readonly inputs: Batch['inputs']; readonly made: T } | undefined;
  return (inputs) => {
    if (last?.inputs !== inputs) last = { inputs, made: make(inputs) };
    return last.made;
  };
}

function outputOf(tensor: OrtTensor, name: string): OutputValues {
  const { dims: shape, data } = tensor;
  if (Array.isArray(data)) return { shape, data: data as readonly string[] };
  return {
    shape,
    get data() {
      return floatsOf(tensor, name);
    },
  };
}
