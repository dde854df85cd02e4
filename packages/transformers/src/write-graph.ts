import { isLowbitError, quantize, type Recipe, type Report, type SessionOptions } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { inspectModel, onnx, type OnnxResult, type OrtRuntime, readModel, writeModel } from '@lowbit/onnx';
import { type Dtype, graphPath } from './dtypes.js';
import { dtypeRecipe } from './dtype-recipe.js';
import { type FolderWriter, folderOf, type ModelFolder } from './folder.js';
import { insideData } from './inside-data.js';
import { nameData } from './name-data.js';
import { shareConstants } from './share-constants.js';

/** A graph of the model as it was read. */
export interface GraphFile {
  /** Name of the file without `.onnx`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A graph of the model in one dtype. */
export interface WrittenGraph {
  readonly graph: string;
  readonly dtype: Dtype;
  readonly path: string;
  /** Paths of its data files. */
  readonly data: readonly string[];
  /** Bytes of the graph and its data before and after. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** What became of its weights; absent where it was copied, since no weight of it takes the dtype. */
  readonly report?: Report;
}

/** How graphs are written, whatever their dtype. */
export interface GraphSettings extends SessionOptions {
  /** The runtime that data are run on. */
  readonly ort?: OrtRuntime;
  /** Settings for a graph that win over those of a dtype: `data`, `rounding`, `exclude`, a policy of `bits`, … */
  readonly recipe?: (graph: GraphFile) => Promise<Partial<Recipe>> | Partial<Recipe>;
}

/** A graph, and what is to become of it. */
export interface OpenedGraph extends GraphFile {
  /** Its data files, as its tensors name them. */
  readonly dataPaths: readonly string[];
  readonly totalBytes: number;
  /** Bytes that it is smaller since constants of the same values are stored once. */
  readonly saved: number;
  readonly recipe: Partial<Recipe>;
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
  const recipe = (await options.recipe?.({ name, path, bytes })) ?? {};
  const dataPaths = externalFiles.map((file) => file.path);
  return { name, path, bytes, dataPaths, totalBytes, saved: read.length - bytes.length, recipe };
}

/** Writes a graph in one dtype; gives the reason where it has no such form. */
export async function writeGraph(
  graph: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  options: GraphSettings,
  writer: FolderWriter,
): Promise<WrittenGraph | string> {
  if (dtype === 'fp32') return copyGraph(graph, dtype, folder, writer);
  try {
    const made = await makeGraph(graph, dtype, folder, options);
    if (typeof made === 'string') return made;
    const { model, report } = made;
    const path = graphPath(graph.name, dtype);
    await writer.write(path, model.bytes);
    const data = (model.externalData ?? []).map((file) => ({ path: `onnx/${file.path}`, data: file.data }));
    for (const file of data) await writer.write(file.path, file.data);
    const { before, after } = report.modelBytes;
    const bytes = { before: before + graph.saved, after };
    return { graph: graph.name, dtype, path, data: data.map((file) => file.path), bytes, report };
  } catch (error) {
    if (!isLowbitError(error) || error.code === 'aborted') throw error;
    return error.code === 'nothing-to-quantize' ? copyGraph(graph, dtype, folder, writer) : error.message;
  }
}

async function makeGraph(
  { name, path, bytes, recipe: own }: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  { ort, signal, onProgress }: GraphSettings,
): Promise<{ readonly model: OnnxResult; readonly report: Report } | string> {
  const described = onnx(bytes, { name: path, externalData: folder.beside(path) });
  const operators = new Set((await described.layers()).map(({ op }) => op));
  const form = dtypeRecipe(dtype, operators);
  if (typeof form === 'string') return form;
  const { data } = own;
  const isSeen = form.options.float16 === true && data !== undefined && ort !== undefined;
  const port = onnx(bytes, {
    name: path,
    externalData: folder.beside(path),
    external: 'fit',
    externalPath: `${graphPath(name, dtype).replace('onnx/', '')}_data`,
    ...form.options,
    ...(isSeen ? { float16: { data } } : {}),
    ...defined({ ort }),
  });
  return quantize(port, { ...form.recipe, ...own }, defined({ signal, onProgress }));
}

/** Up to this size a file holds all of its data. */
const mostInside = 1.5e9;

/** A graph as it is, under the name of a dtype: in one file where that suffices, but for `fp32`, which is what there was. */
async function copyGraph(
  { name, path: from, bytes, dataPaths, totalBytes, saved }: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  writer: FolderWriter,
): Promise<WrittenGraph | string> {
  const path = graphPath(name, dtype);
  const around = folderOf(from);
  const missing = dataPaths.find((data) => !folder.paths.includes(around + data));
  if (missing !== undefined) return `the folder has no ${around}${missing}, where its data are`;
  const file = path.replace('onnx/', '');
  if (dataPaths.length > 0 && dtype !== 'fp32' && totalBytes <= mostInside) {
    const whole = await insideData(bytes, from, (data) => folder.read(around + data));
    if (typeof whole === 'string') return `${around}${whole} is shorter than the graph says`;
    await writer.write(path, whole);
    return { graph: name, dtype, path, data: [], bytes: { before: totalBytes, after: whole.length } };
  }
  const renamed = dataPaths.length === 0 ? undefined : nameData(bytes, file, dataPaths);
  if (renamed === undefined && saved === 0) await writer.copy(from, path);
  else await writer.write(path, renamed?.bytes ?? bytes);
  const data = [...(renamed?.names ?? [])].map(
    ([before, after]) => [around + before, `onnx/${after}`] as const,
  );
  for (const [before, after] of data) await writer.copy(before, after);
  const sizes = { before: totalBytes, after: totalBytes - saved };
  return { graph: name, dtype, path, data: data.map(([, after]) => after), bytes: sizes };
}
