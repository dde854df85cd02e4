import { type Dtype, graphPath } from './dtypes.js';
import { type FolderWriter, folderOf, type ModelFolder } from './folder.js';
import { insideData } from './inside-data.js';
import { nameData } from './name-data.js';
import type { OpenedGraph } from './open-graph.js';
import { type SplitData, splitData } from './split-data.js';
import type { WrittenGraph } from './write-graph.js';

/** Up to this size a file holds all of its data. */
const mostInside = 1.5e9;

/** A graph as it is, under the name of a dtype: in one file where that suffices, but for `fp32`, which is what there was. */
export async function copyGraph(
  { name, path: from, bytes, dataPaths, totalBytes, saved }: OpenedGraph,
  dtype: Dtype,
  folder: ModelFolder,
  writer: FolderWriter,
  most?: number,
): Promise<WrittenGraph | string> {
  const path = graphPath(name, dtype);
  const around = folderOf(from);
  const missing = dataPaths.find((data) => !folder.paths.includes(around + data));
  if (missing !== undefined) return `the folder has no ${around}${missing}, where its data are`;
  const file = path.replace('onnx/', '');
  if (dataPaths.length > 0 && dtype !== 'fp32' && totalBytes <= Math.min(most ?? mostInside, mostInside)) {
    const whole = await insideData(bytes, from, (data) => folder.read(around + data));
    if (typeof whole === 'string') return `${around}${whole} is shorter than the graph says`;
    await writer.write(path, whole);
    return { graph: name, dtype, path, data: [], bytes: { before: totalBytes, after: whole.length } };
  }
  const split = dataPaths.length === 0 ? undefined : await splitData(bytes, file, folder.beside(from), most);
  if (typeof split === 'string') return `${around}${split} is shorter than the graph says`;
  if (split !== undefined) return writeSplit({ name, totalBytes }, dtype, split, writer);
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

async function writeSplit(
  { name, totalBytes }: Pick<OpenedGraph, 'name' | 'totalBytes'>,
  dtype: Dtype,
  { bytes, parts, read }: SplitData,
  writer: FolderWriter,
): Promise<WrittenGraph> {
  const path = graphPath(name, dtype);
  await writer.write(path, bytes);
  for (const part of parts) await writer.write(`onnx/${part.name}`, await read(part));
  const data = parts.map((part) => `onnx/${part.name}`);
  const after = parts.reduce((sum, part) => sum + part.bytes, bytes.length);
  return { graph: name, dtype, path, data, bytes: { before: totalBytes, after } };
}
