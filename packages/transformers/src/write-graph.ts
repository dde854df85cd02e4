import { isLowbitError, quantize, type Recipe, type Report, type SessionOptions } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { inspectModel, onnx, type OnnxResult, type OrtRuntime, readModel } from '@lowbit/onnx';
import { type Dtype, graphPath } from './dtypes.js';
import { dtypeRecipe } from './dtype-recipe.js';
import type { FolderWriter, ModelFolder } from './folder.js';

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
  /** Paths of its data files. */
  readonly dataPaths: readonly string[];
  readonly totalBytes: number;
  readonly recipe: Partial<Recipe>;
}

export async function openGraph(
  folder: ModelFolder,
  { name, path }: Pick<GraphFile, 'name' | 'path'>,
  options: GraphSettings,
): Promise<OpenedGraph> {
  const bytes = await folder.read(path);
  const recipe = (await options.recipe?.({ name, path, bytes })) ?? {};
  const { externalFiles = [], totalBytes } = inspectModel(readModel(bytes, path));
  const around = path.slice(0, path.lastIndexOf('/') + 1);
  return {
    name,
    path,
    bytes,
    dataPaths: externalFiles.map((file) => around + file.path),
    totalBytes,
    recipe,
  };
}

/** Writes a graph in one dtype; gives the reason where it has no such form. */
export async function writeGraph(
  graph: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  options: GraphSettings,
  writer: FolderWriter,
): Promise<WrittenGraph | string> {
  if (dtype === 'fp32') return copyGraph(graph, dtype, writer);
  try {
    const made = await makeGraph(graph, dtype, folder, options);
    if (typeof made === 'string') return made;
    const { model, report } = made;
    const path = graphPath(graph.name, dtype);
    await writer.write(path, model.bytes);
    const data = (model.externalData ?? []).map((file) => ({ path: `onnx/${file.path}`, data: file.data }));
    for (const file of data) await writer.write(file.path, file.data);
    const { modelBytes: bytes } = report;
    return { graph: graph.name, dtype, path, data: data.map((file) => file.path), bytes, report };
  } catch (error) {
    if (!isLowbitError(error) || error.code === 'aborted') throw error;
    return error.code === 'nothing-to-quantize' ? copyGraph(graph, dtype, writer) : error.message;
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

/** A graph as it is, under the name of a dtype; transformers.js finds its data under one name only. */
async function copyGraph(
  { name, path: from, dataPaths, totalBytes }: OpenedGraph,
  dtype: Dtype,
  writer: FolderWriter,
): Promise<WrittenGraph | string> {
  const path = graphPath(name, dtype);
  const expected = `${path}_data`;
  const [data] = dataPaths;
  const isFound = data === undefined || data.replace(/^(onnx\/)?/, 'onnx/') === expected;
  if (dataPaths.length > 1 || !isFound)
    return `its data are in ${dataPaths.join(', ')}, and transformers.js looks for ${expected} alone`;
  await writer.copy(from, path);
  if (data !== undefined) await writer.copy(data, expected);
  const bytes = { before: totalBytes, after: totalBytes };
  return { graph: name, dtype, path, data: data === undefined ? [] : [expected], bytes };
}
