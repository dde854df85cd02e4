import type { ModelPort, Report } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { OpenedModel, TrialSettings } from '@lowbit/sweep';

import { inputsFromData } from '../data/inputs-from-data.js';
import { readInput } from '../files/read-input.js';
import { readAsKeras } from '../keras/read-as-keras.js';
import { openKeras } from '../keras/open-keras.js';
import { findModel, type FoundModel } from '../model/find-model.js';
import { modelFiles } from '../model/model-files.js';
import { loadMetric } from '../plugins/load-metric.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { openOnnx, quantizeModel } from '../quantize/quantize-model.js';
import { type PortJob, quantizePort } from '../quantize/quantize-port.js';
import { recipeFrom } from '../quantize/recipe.js';
import { loadRuntime, runtimeNames } from '../runtime/load-runtime.js';
import { loadTfjs } from '../runtime/load-tfjs.js';
import { openTfjs, quantizeTfjs } from '../tfjs/quantize-into-files.js';
import { readTfjsModel } from '../tfjs/read-model.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import type { JobContext } from './job-context.js';
import { jobIdentity } from './job-identity.js';

/** A model of one kind, opened for jobs. */
interface OpenedKind {
  readonly job: PortJob<unknown>;
  readonly runtime?: string;
  /** Quantizes it into memory. */
  tryOut(options: QuantizeOptions): Promise<Report>;
  close?(): void;
}

/** Opens a model and its data as a command line names them, for jobs of `@lowbit/sweep`. One thread computes. */
export async function openForJobs(
  given: unknown,
  session: { readonly signal?: unknown },
): Promise<OpenedModel> {
  const { path, options: chosen } = given as JobContext;
  const signal = session.signal instanceof AbortSignal ? session.signal : new AbortController().signal;
  const methods = await loadPlugins(chosen.plugin);
  const options: QuantizeOptions = { ...unchosen, ...chosen, methods };
  const model = await findModel(path, options);
  const metric = chosen.metric === undefined ? undefined : await loadMetric(chosen.metric);
  const files = await modelFiles(model, signal);
  const { job, runtime, tryOut, close } = await openers[model.kind](model, options, signal);
  const { port, inputs } = job;
  const identity = await jobIdentity({ options: chosen, files, inputs, ...defined({ runtime }) }, signal);
  const { calibrate } = options;
  const data = calibrate && (await inputsFromData(calibrate, options, inputs(), signal)).batches;
  return {
    identity,
    port,
    ...defined({ data, metric }),
    recipe: recipeFrom(options, undefined),
    tryOut: (settings: TrialSettings) => tryOut({ ...options, ...settings }),
    close: () => close?.(),
  };
}

/** What nobody chooses for jobs. */
const unchosen = {
  ...{ weights: '', bits: 8, measure: true, plugin: [] },
  ...{ include: [], exclude: [], includeOp: [], excludeOp: [], keepFloat32: [] },
} as const;

const openers = { onnx: onnxForJobs, tfjs: tfjsForJobs, keras: kerasForJobs };

async function onnxForJobs(
  { file }: FoundModel,
  options: QuantizeOptions,
  signal: AbortSignal,
): Promise<OpenedKind> {
  const bytes = await readInput(file, signal);
  const given = { file, output: 'model.onnx', bytes, options, threads: 1 };
  const name = options.runtime ?? runtimeNames[0];
  const runs = options.calibrate !== undefined;
  const versions = runs ? (await loadRuntime('sweep', { name })).env.versions : undefined;
  const session = { signal, onProgress: () => {} };
  return {
    job: asUnknown(await openOnnx(given, signal)),
    ...(runs ? { runtime: `${name} ${versions?.common ?? ''}` } : {}),
    tryOut: async (chosen) => (await quantizeModel({ ...given, options: chosen }, undefined, session)).report,
  };
}

async function tfjsForJobs(
  { file }: FoundModel,
  options: QuantizeOptions,
  signal: AbortSignal,
): Promise<OpenedKind> {
  const model = await readTfjsModel(file, signal);
  const tfjs = await loadTfjs('sweep');
  const given = { model, options, output: 'model.json' };
  const { job, dispose } = await openTfjs(tfjs, given);
  const session = { signal, onProgress: () => {} };
  return {
    job,
    runtime: `tfjs ${tfjs.core.version_core}`,
    tryOut: (chosen) =>
      quantizeTfjs(tfjs, { ...given, options: chosen }, undefined, session, ({ report }) => report),
    close: dispose,
  };
}

async function kerasForJobs(
  found: FoundModel,
  options: QuantizeOptions,
  signal: AbortSignal,
): Promise<OpenedKind> {
  const read = await readAsKeras(found, { command: 'sweep', methods: options.methods, signal });
  const tfjs = options.calibrate === undefined ? undefined : await loadTfjs('sweep');
  const output = options.to === 'onnx' ? 'model.onnx' : 'model.json';
  const open = (chosen: QuantizeOptions) =>
    openKeras({ model: found, options: chosen, signal }, read, output);
  return {
    job: asUnknown(await open(options)),
    ...(tfjs === undefined ? {} : { runtime: `tfjs ${tfjs.core.version_core}` }),
    tryOut: async (chosen) =>
      (await quantizePort(await open(chosen), undefined, { signal, onProgress: () => {} })).report,
    close: () => read.close(),
  };
}

/** Jobs look at no result. */
function asUnknown<M>({ port, options, inputs }: PortJob<M>): PortJob<unknown> {
  return { port: port as ModelPort<unknown>, options, inputs };
}
