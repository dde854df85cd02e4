import { isLowbitError, type Report } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { ExternalFile, OnnxResult } from '@lowbit/onnx';
import { copyGraph } from './copy-graph.js';
import { type Dtype, graphPath } from './dtypes.js';
import type { FolderWriter, ModelFolder } from './folder.js';
import { makeGraph } from './make-graph.js';
import { nameData } from './name-data.js';
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
  /** Inputs that were made for it, by which codes of its weights in blocks were chosen, where nobody gave data. */
  readonly madeInputs?: readonly string[];
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
    const { model, report, madeInputs } = await makeGraph(graph, dtype, folder, options);
    const path = graphPath(graph.name, dtype);
    const { data, after } = await writeModelFiles(model, path, writer);
    const bytes = { before: report.modelBytes.before + graph.saved, after };
    return { graph: graph.name, dtype, path, data, bytes, report, ...defined({ madeInputs }) };
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
