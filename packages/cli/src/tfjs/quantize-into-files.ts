import type { Calibration, ModelPort, QuantizationPlan } from '@lowbit/core';
import { defined, withModelBytes } from '@lowbit/core/adapter';
import type { SaveReport, StorageForm } from '@lowbit/tfjs';
import {
  expandedWeights,
  type ExpandedWeights,
  isPacked,
  modelKind,
  ownClassesNotes,
} from '@lowbit/tfjs-format';
import type { OutputFile } from '../files/write-outputs.js';
import {
  type PortJob,
  type QuantizedPort,
  quantizePort,
  type QuantizeSession,
} from '../quantize/quantize-port.js';
import type { Tfjs } from '../runtime/load-tfjs.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { type OpenedModel, openGraph, openLayers } from './open-model.js';
import type { TfjsFile } from './read-model.js';
import { type SavedModel, saveInMemory } from './save-in-memory.js';

/** A model of TensorFlow.js that was read, and what is wanted. */
interface TfjsJob {
  readonly model: TfjsFile;
  readonly options: QuantizeOptions;
  readonly plan?: QuantizationPlan;
  /** Where the JSON of the result will be. */
  readonly output: string;
}

/** A quantized model in memory, and how it came about. */
export interface QuantizedTfjs extends Omit<QuantizedPort<unknown>, 'model'> {
  /** All files of the result; the JSON is the last. */
  readonly files: readonly OutputFile[];
  readonly saved: SaveReport;
  readonly expanded: readonly ExpandedWeights[];
}

/**
 * Quantizes a layers model or a graph model and saves it into memory.
 *
 * @param stored - statistics of an earlier run
 * @param use - does something with the result, while the model is there still
 */
export async function quantizeTfjs<T>(
  tfjs: Tfjs,
  job: TfjsJob,
  stored: Calibration | undefined,
  session: QuantizeSession,
  use: (done: QuantizedTfjs) => T | Promise<T>,
): Promise<T> {
  const { model } = job;
  const opened = await openTfjs(tfjs, job);
  try {
    const { model: result, report, ...others } = await quantizePort(opened.job, stored, session);
    const { files, totalBytes, saved } = await opened.saving(result);
    const modelBytes = { before: model.totalBytes, after: totalBytes };
    const packedBefore = model.weights.filter(({ spec }) => isPacked(spec)).length;
    const expanded = expandedWeights(model.weights.map(({ spec }) => spec));
    const warnings = [
      ...report.warnings,
      ...unpackedWarning(report.weights.length, saved, packedBefore),
      ...saved.warnings,
      ...(saved.format === 'plain' ? ownClassesNotes(saved.ownLayers) : []),
    ];
    const told = withModelBytes({ ...report, warnings }, modelBytes);
    return await use({ ...others, report: told, files, saved, expanded });
  } finally {
    opened.dispose();
  }
}

/** A model of TensorFlow.js, ready to be planned and quantized. */
interface OpenedTfjs {
  readonly job: PortJob<unknown>;
  readonly saving: (result: unknown) => Promise<SavedModel>;
  /** Frees the model, and all results that were saved. */
  readonly dispose: () => void;
}

/** Opens a layers model or a graph model. @throws LowbitError as {@link openLayers} and {@link openGraph}. */
export async function openTfjs(tfjs: Tfjs, job: TfjsJob): Promise<OpenedTfjs> {
  const { model, options } = job;
  const form = formFrom(options);
  return modelKind(model.json) === 'graph-model'
    ? opened(await openGraph(tfjs, model, form, options.calibrate !== undefined), job)
    : opened(await openLayers(tfjs, model, options.methods, form), job);
}

function opened<M>(model: OpenedModel<M>, { options, plan, output }: TfjsJob): OpenedTfjs {
  const { port, inputs } = model;
  const { rest = 'float32' } = options;
  const results = new Set<M>();
  const saving = (result: unknown) => {
    results.add(result as M);
    return saveInMemory(output, (handler) => model.save(result as M, handler, { rest }));
  };
  const sizeOf = async (result: unknown) => (await saving(result)).totalBytes;
  const job = { inputs, options: { ...options, integers: 'none' as const }, sizeOf, ...defined({ plan }) };
  return {
    job: { ...job, port: port as ModelPort<unknown> },
    saving,
    dispose: () => model.dispose(...results),
  };
}

/** The form that was asked for; a plan that is given decides where nothing was. */
function formFrom({ format, plain }: QuantizeOptions): StorageForm {
  return { ...defined({ format, plain }) };
}

/**
 * Says when quantized weights could not be saved packed; the floats that were saved are their levels.
 *
 * @param quantized - how many weights
 * @param before - how many weights the model had packed already, which stay so
 */
export function unpackedWarning(quantized: number, saved: SaveReport, before: number): readonly string[] {
  const packed = saved.weights.filter(({ form }) => form.startsWith('packed')).length;
  const left = quantized - (packed - before);
  if (saved.format !== 'packed' || left <= 0) return [];
  return [
    `${left} of ${quantized} quantized weights were saved as floats: the files are larger than the weights' stored size.`,
  ];
}
