import { everywhere, isLowbitError, quantize, type Report } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { type ExternalFile, onnx, type OnnxResult } from '@lowbit/onnx';
import { copyGraph } from './copy-graph.js';
import { type Dtype, graphPath } from './dtypes.js';
import { type DtypeRecipe, dtypeRecipe, table, type TableBits, withOwn } from './dtype-recipe.js';
import type { FolderWriter, ModelFolder } from './folder.js';
import { fittingFilters } from './graph-filters.js';
import { nameData } from './name-data.js';
import { areTablesHeard } from './table-noise.js';
import type { GraphSettings, OpenedGraph } from './open-graph.js';

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

/** Writes a graph in one dtype; gives the reason where it has no such form. */
export async function writeGraph(
  graph: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  options: GraphSettings,
  writer: FolderWriter,
): Promise<WrittenGraph | string> {
  if (dtype === 'fp32') return copyGraph(graph, dtype, folder, writer, options.fileLimit);
  try {
    const { model, report } = await makeGraph(graph, dtype, folder, options);
    const path = graphPath(graph.name, dtype);
    const { data, after } = await writeModelFiles(model, path, writer);
    const bytes = { before: report.modelBytes.before + graph.saved, after };
    return { graph: graph.name, dtype, path, data, bytes, report };
  } catch (error) {
    if (!isLowbitError(error) || error.code === 'aborted') throw error;
    return error.code === 'nothing-to-quantize'
      ? copyGraph(graph, dtype, folder, writer, options.fileLimit)
      : error.message;
  }
}

/** Writes a graph and the files beside it, under the names that transformers.js looks for; gives the paths of those, and the bytes of all. */
async function writeModelFiles(
  { bytes, externalData = [] }: OnnxResult,
  path: string,
  writer: FolderWriter,
): Promise<{ readonly data: readonly string[]; readonly after: number }> {
  const paths = externalData.map((file) => file.path);
  const named = nameData(bytes, path.replace('onnx/', ''), paths);
  await writer.write(path, named.bytes);
  const data: string[] = [];
  let after = named.bytes.length;
  for (const [at, name] of [...named.names.values()].entries()) {
    const file = externalData[at] as ExternalFile;
    await writer.write(`onnx/${name}`, file.data);
    data.push(`onnx/${name}`);
    after += file.data.length;
  }
  return { data, after };
}

/** What a graph becomes in a dtype. Its tables stay float where outputs would show that they have 8 bits. */
async function makeGraph(
  graph: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  settings: GraphSettings,
): Promise<Made> {
  const { layers, recipe } = graph;
  if (isLowbitError(layers)) throw layers;
  const made = await makeWith(8, graph, dtype, folder, settings);
  const isChosen = typeof recipe.bits === 'number';
  return !isChosen && made.form === 'blocks' && areTablesHeard(made.report, layers, table)
    ? makeWith('float', graph, dtype, folder, settings)
    : made;
}

interface Made extends Pick<DtypeRecipe, 'form'> {
  readonly model: OnnxResult;
  readonly report: Report;
}

async function makeWith(
  tables: TableBits,
  { path, bytes, layers, operators, names, recipe: own }: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  { ort, signal, onProgress, fileLimit, filters = {} }: GraphSettings,
): Promise<Made> {
  const { keepFloat32: keep, isLeftOut, ...fitting } = fittingFilters(filters, names);
  const weighted = new Set(isLeftOut || isLowbitError(layers) ? [] : layers.map(({ op }) => op));
  const form = dtypeRecipe(dtype, { weighted, all: operators }, tables);
  const { data } = own;
  const isSeen = data !== undefined && ort !== undefined;
  const halves = { ...defined({ keep }), ...(isSeen ? { data } : {}) };
  const port = onnx(bytes, {
    name: path,
    externalData: folder.beside(path),
    external: 'fit',
    ...form.options,
    ...(form.options.float16 === true ? { float16: halves } : {}),
    ...defined({ ort, externalLimit: fileLimit }),
  });
  const bits = isLeftOut ? { bits: everywhere('float') } : {};
  const recipe = withOwn(form, { ...fitting, ...own, ...bits });
  return { form: form.form, ...(await quantize(port, recipe, defined({ signal, onProgress }))) };
}
