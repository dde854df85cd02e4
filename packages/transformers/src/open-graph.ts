import {
  type Batch,
  inputStatistics,
  isLowbitError,
  type LayerDescriptor,
  type LowbitError,
  type Recipe,
  type SessionOptions,
} from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { inspectModel, interfaceOf, onnx, type OrtRuntime, readModel, writeModel } from '@lowbit/onnx';
import type { ModelFolder } from './folder.js';
import { type GraphFilters, type GraphNames, graphNames } from './graph-filters.js';
import { shareConstants } from './share-constants.js';
import { graphBatches } from './graph-data.js';
import { type MadeInputs, madeInputs } from './made-inputs.js';
import type { FolderData } from './token-batches.js';
import { nodesOf } from './walk-model.js';

/** A graph of the model as it was read. */
export interface GraphFile {
  /** Name of the file without `.onnx`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** How graphs are written, whatever their dtype. */
export interface GraphSettings extends SessionOptions {
  /**
   * The runtime that data are run on. Where there are none, graphs whose inputs can be made are run on such, and codes of weights in blocks
   * are chosen by what products take there.
   */
  readonly ort?: OrtRuntime;
  /**
   * Settings for a graph that win over those of a dtype: `data`, `rounding`, `exclude` …, for weights in blocks also `weights`,
   * `granularity`, and `bits`: a policy is asked after that of the dtype.
   */
  readonly recipe?: (graph: GraphFile) => Promise<Partial<Recipe>> | Partial<Recipe>;
  /** What is quantized and what stays float32, by name and operator. */
  readonly filters?: GraphFilters;
  /** What `ort` runs the graphs on, those that they fit. */
  readonly data?: FolderData;
  /** Most bytes of tensors in a file: more go into `_data`, `_data_1` and so on. Default: 1.5 GB in a graph, 2 GB in files beside it. */
  readonly fileLimit?: number;
}

/** Why data do not fit a graph. */
export interface Unfit {
  /** An input that they lack, where that is why. */
  readonly lacks?: string;
  /** For a sentence about data: which have no … */
  readonly reason: string;
}

/** A graph, and what is to become of it. */
export interface OpenedGraph extends GraphFile {
  /** Its data files, as its tensors name them. */
  readonly dataPaths: readonly string[];
  readonly totalBytes: number;
  /** Bytes that it is smaller since constants of the same values are stored once. */
  readonly saved: number;
  readonly layers: readonly LayerDescriptor[] | LowbitError;
  /** Of all nodes. */
  readonly operators: ReadonlySet<string>;
  readonly names: GraphNames;
  readonly recipe: Partial<Recipe>;
  /** Why it is quantized without the data that there are. */
  readonly unfit?: Unfit;
  /** Inputs that were made for it, where there are no data and something runs it. */
  readonly made?: MadeInputs;
}

export async function openGraph(
  folder: ModelFolder,
  { name, path }: Pick<GraphFile, 'name' | 'path'>,
  options: GraphSettings,
): Promise<OpenedGraph> {
  const read = await folder.read(path);
  const model = readModel(read, path);
  const { externalFiles = [], totalBytes } = inspectModel(model);
  const bytes = shareConstants(model) ? writeModel(model) : read;
  const layers = await layersOf(bytes, path, folder);
  const nodes = nodesOf(model.proto);
  const operators = new Set(nodes.map(({ opType }) => opType));
  const names = graphNames(isLowbitError(layers) ? [] : layers, nodes);
  const { ort, signal, onProgress } = options;
  const found = await graphBatches({ model, path, folder, ort }, () => options.data);
  const unfit =
    typeof found === 'string'
      ? { lacks: found, reason: `which have no ${found}` }
      : await whyUnrun(found, { name, path, bytes }, folder, options);
  const data = unfit === undefined ? found : undefined;
  const asked = (await options.recipe?.({ name, path, bytes })) ?? {};
  const recipe = typeof data === 'object' ? { data, ...asked } : asked;
  const observe = (batches: AsyncIterable<Batch>) =>
    inputStatistics(
      onnx(bytes, { name: path, externalData: folder.beside(path), ...defined({ ort }) }),
      batches,
      defined({ signal, onProgress }),
    );
  const made = isUnseen(recipe, options)
    ? await madeInputs({ model, path, folder, ort }, observe)
    : undefined;
  const dataPaths = externalFiles.map((file) => file.path);
  const saved = read.length - bytes.length;
  return {
    name,
    path,
    bytes,
    dataPaths,
    totalBytes,
    saved,
    layers,
    operators,
    names,
    recipe,
    ...defined({ unfit, made }),
  };
}

const isUnseen = ({ data, calibration }: Partial<Recipe>, { ort }: GraphSettings): boolean =>
  ort !== undefined && data === undefined && calibration === undefined;

/**
 * Why a graph does not run on data, where inputs are made beside them, which may be others than it wants; `undefined` where it does, or
 * where all that it takes is given.
 */
async function whyUnrun(
  data: AsyncIterable<Batch> | undefined,
  { path, bytes }: GraphFile,
  folder: ModelFolder,
  options: GraphSettings,
): Promise<Unfit | undefined> {
  if (data === undefined || options.ort === undefined) return undefined;
  const { inputs } = interfaceOf(readModel(bytes, path));
  if (inputs.every(({ name }) => options.data?.names?.includes(name) ?? true)) return undefined;
  const { ort, signal } = options;
  const port = onnx(bytes, { name: path, ort, externalData: folder.beside(path) });
  try {
    for await (const outputs of port.run?.(data, defined({ signal })) ?? []) if (outputs !== undefined) break;
    return undefined;
  } catch (error) {
    if (!isLowbitError(error) || error.code !== 'runtime-failed') throw error;
    return { reason: `on which it does not run: ${error.received}` };
  }
}

/** Its layers, or why they cannot be told, which a copy of it has no need to know. */
async function layersOf(
  bytes: Uint8Array,
  path: string,
  folder: ModelFolder,
): Promise<readonly LayerDescriptor[] | LowbitError> {
  try {
    return await onnx(bytes, { name: path, externalData: folder.beside(path) }).layers();
  } catch (error) {
    if (isLowbitError(error)) return error;
    throw error;
  }
}
