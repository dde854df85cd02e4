import { LowbitError } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { checkCall } from './check-call.js';
import { checkedDtypes, type Dtype, dtypes, graphsOf } from './dtypes.js';
import { type FolderWriter, folderOf, type ModelFolder } from './folder.js';
import { checkFilters, type GraphNames } from './graph-filters.js';
import { transformersConfig } from './transformers-config.js';
import { type GraphSettings, openGraph, type Unfit } from './open-graph.js';
import { writeGraph, type WrittenGraph } from './write-graph.js';

export interface FolderOptions extends GraphSettings {
  readonly dtypes: readonly string[];
}

export interface FolderResult {
  readonly written: readonly WrittenGraph[];
  /** Dtypes that were not written for any graph, since transformers.js lists only those that all graphs have. */
  readonly refused: readonly { readonly dtype: Dtype; readonly graph: string; readonly reason: string }[];
  /** Graphs that the data do not fit, and why. */
  readonly withoutData: readonly ({ readonly graph: string } & Unfit)[];
  /** Other files, which came along. */
  readonly copied: readonly string[];
}

/**
 * Writes the graphs of a model in every dtype that is asked for, under the names that transformers.js 4 reads, with a `config.json` that
 * tells it of them. Each graph is read once. Other files come along as they are; graphs in float32 only where `fp32` is among the dtypes.
 *
 * @throws LowbitError `invalid-argument` for dtypes that do not exist, for filters that fit nothing, and for a folder without graphs;
 *   `calibration-invalid` for data that fit no graph; `aborted`; what reading throws.
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
  const names: GraphNames[] = [];
  const withoutData: FolderResult['withoutData'][number][] = [];
  for (const graph of graphs) {
    const opened = await openGraph(folder, graph, options);
    names.push(opened.names);
    if (opened.unfit !== undefined) withoutData.push({ graph: graph.name, ...opened.unfit });
    opened.dataPaths.forEach((path) => taken.add(folderOf(graph.path) + path));
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
  checkFilters(options.filters ?? {}, names);
  const [unfit] = withoutData.length < graphs.length ? [] : withoutData;
  if (unfit !== undefined) throw withoutFit(unfit);
  const kept = written.filter(({ dtype }) => open.has(dtype));
  const copied = await writeOthers(folder, taken, kept, writer);
  return { written: kept, refused, withoutData, copied };
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

function withoutFit({ graph, reason }: FolderResult['withoutData'][number]): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: 'data',
    expected: 'inputs on which one of the graphs runs at least',
    received: `data for ${graph} ${reason}`,
    remedy:
      'Name each value after its input, such as { "input_ids": [1, 2, 3] }, with ids below the size of the vocabulary.',
  });
}
