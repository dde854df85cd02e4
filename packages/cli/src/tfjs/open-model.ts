import type { ModelPort, Registry } from '@lowbit/core';
import { defined, type ModelInterface } from '@lowbit/core/adapter';
import { type CalibrationInput, calibrationInputs } from '@lowbit/data';
import type { SaveOptions, SaveReport, StorageForm } from '@lowbit/tfjs';
import { modelArtifacts } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Tfjs } from '../runtime/load-tfjs.js';
import { loadRunningGraph } from './running-graph.js';
import { buildLayers, disposeModel } from './build-layers.js';
import type { TfjsFile } from './read-model.js';

/** A model of TensorFlow.js that can be quantized and saved. */
export interface OpenedModel<M> {
  readonly port: ModelPort<M>;
  readonly inputs: () => readonly CalibrationInput[];
  /** What it takes and gives, where its topology tells. */
  readonly values?: () => ModelInterface;
  /** Saves a result. */
  save(model: M, handler: io.IOHandler, options: SaveOptions): Promise<SaveReport>;
  /** Frees results, and the model itself. */
  dispose(...results: readonly M[]): void;
}

/** Opens a layers model. @throws LowbitError as {@link buildLayers}. */
export async function openLayers(
  tfjs: Tfjs,
  file: TfjsFile,
  methods: Registry,
  form: StorageForm = {},
): Promise<OpenedModel<LayersModel>> {
  const model = await buildLayers(tfjs, file, methods);
  return {
    port: tfjs.lowbit.tfjs(model, { ...form, foldBatchNorm: false }),
    inputs: () => calibrationInputs(tfjs.lowbit.interfaceOf(model).inputs, file.file),
    values: () => tfjs.lowbit.interfaceOf(model),
    save: (result, handler, options) => tfjs.lowbit.save(result, handler, options),
    dispose: (...results) => [model, ...results].forEach(disposeModel),
  };
}

/**
 * Opens a graph model, which is quantized by its artifacts.
 *
 * @param runs - whether it is run too
 * @throws LowbitError as {@link loadRunningGraph}.
 */
export async function openGraph(
  { lowbit }: Tfjs,
  file: TfjsFile,
  form: StorageForm = {},
  runs = false,
): Promise<OpenedModel<io.ModelArtifacts>> {
  const load = async () => modelArtifacts(file.json, file.weights) as io.ModelArtifacts;
  const graph = runs ? await loadRunningGraph(file, 'quantize') : undefined;
  const running = graph?.model;
  return {
    port: lowbit.graphModel({ load }, { ...form, ...defined({ running }) }),
    inputs: () => calibrationInputs(graph?.runnable.inputs ?? [], file.file),
    save: (result, handler, options) => lowbit.saveGraph(result, handler, options),
    dispose: () => running?.dispose(),
  };
}
