import {
  isLowbitError,
  LowbitError,
  quantize,
  type Recipe,
  type Report,
  type SessionOptions,
} from '@lowbit/core';
import { defined, stopIfAborted } from '@lowbit/core/adapter';
import { inspectModel, onnx, type OnnxResult, type OrtRuntime, readModel } from '@lowbit/onnx';
import { checkCall } from './check-call.js';
import { checkedDtypes, type Dtype, dtypes, graphPath, graphsOf } from './dtypes.js';
import { dtypeRecipe } from './dtype-recipe.js';
import type { FolderWriter, ModelFolder } from './folder.js';
import { transformersConfig } from './transformers-config.js';

export interface FolderOptions extends SessionOptions {
  readonly dtypes: readonly string[];
  /** The runtime that data are run on. */
  readonly ort?: OrtRuntime;
  /** Settings for a graph that win over those of a dtype: `data`, `rounding`, `exclude`, a policy of `bits`, … */
  readonly recipe?: (graph: GraphFile) => Promise<Partial<Recipe>> | Partial<Recipe>;
}

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

export interface FolderResult {
  readonly written: readonly WrittenGraph[];
  /** Dtypes that were not written for any graph, since transformers.js lists only those that all graphs have. */
  readonly refused: readonly { readonly dtype: Dtype; readonly graph: string; readonly reason: string }[];
  /** Other files, which came along. */
  readonly copied: readonly string[];
}

/**
 * Writes the graphs of a model in every dtype that is asked for, under the names that transformers.js 4 reads, with a `config.json` that
 * tells it of them. Each graph is read once. Other files come along as they are; graphs in float32 only where `fp32` is among the dtypes.
 *
 * @throws LowbitError `invalid-argument` for dtypes that do not exist, and for a folder without graphs; `aborted`; what reading throws.
 */
export async function quantizeFolder(
  folder: ModelFolder,
  options: FolderOptions,
  writer: FolderWriter,
): Promise<FolderResult> {
  checkCall(folder, options, writer);
  const graphs = graphsOf(folder.paths);
  if (graphs.length === 0) throw withoutGraphs(folder);
  const open = new Set(checkedDtypes(options.dtypes));
  const written: WrittenGraph[] = [];
  const refused: FolderResult['refused'][number][] = [];
  const taken = new Set(graphs.map(({ path }) => path));
  for (const graph of graphs) {
    const opened = await openGraph(folder, graph, options);
    opened.dataPaths.forEach((path) => taken.add(path));
    for (const dtype of open) {
      stopIfAborted(options.signal, graph.path, {
        expected: 'all graphs to be written',
        received: 'an abort',
      });
      const one = await writeGraph(opened, dtype, folder, options, writer);
      if (typeof one !== 'string') {
        written.push(one);
        continue;
      }
      refused.push({ dtype, graph: graph.name, reason: one });
      open.delete(dtype);
      for (const { path, data } of written.filter((other) => other.dtype === dtype))
        for (const file of [path, ...data]) await writer.remove(file);
    }
  }
  const kept = written.filter(({ dtype }) => open.has(dtype));
  const copied = await writeOthers(folder, taken, kept, writer);
  return { written: kept, refused, copied };
}

interface OpenedGraph extends GraphFile {
  /** Paths of its data files. */
  readonly dataPaths: readonly string[];
  readonly totalBytes: number;
  readonly recipe: Partial<Recipe>;
}

async function openGraph(
  folder: ModelFolder,
  { name, path }: Pick<GraphFile, 'name' | 'path'>,
  options: FolderOptions,
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
async function writeGraph(
  graph: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  options: FolderOptions,
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
  { ort, signal, onProgress }: FolderOptions,
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

/** Copies what is no graph and no data of one, and writes `config.json`. */
async function writeOthers(
  folder: ModelFolder,
  taken: ReadonlySet<string>,
  written: readonly WrittenGraph[],
  writer: FolderWriter,
): Promise<readonly string[]> {
  const isForm = (path: string) => /^(onnx\/)?[^/]+\.onnx(_data(_\d+)?)?$/.test(path);
  const others = folder.paths.filter((path) => !taken.has(path) && !isForm(path) && path !== 'config.json');
  for (const path of others) await writer.copy(path, path);
  const text = folder.paths.includes('config.json')
    ? new TextDecoder().decode(await folder.read('config.json'))
    : undefined;
  const files = written.map(({ graph, dtype, data }) => ({ graph, dtype, dataFiles: data.length }));
  await writer.write('config.json', new TextEncoder().encode(transformersConfig(text, files)));
  return others;
}

function withoutGraphs({ paths }: ModelFolder): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'the folder of the model',
    expected: 'files named *.onnx, in it or in its folder onnx',
    received: paths.length === 0 ? 'no files' : paths.slice(0, 5).join(', '),
    remedy: `Export the model to ONNX first; the forms ${dtypes.slice(1).join(', ')} are made of float32 graphs.`,
  });
}
