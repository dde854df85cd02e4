import { LowbitError } from '@lowbit/core';
import { allTensors } from '../read/all-tensors.js';
import type { ExternalFiles } from '../read/external-files.js';
import { externalReference } from '../read/external-reference.js';
import type { OnnxModel } from '../read/model.js';
import { isExternal, tensorBytes } from '../read/tensor-data.js';
import type { ModelProto, TensorProto } from '../schema/proto.js';
import { moveIn, moveOut } from './move-data.js';

/** A file that belongs beside the model. */
export interface ExternalFile {
  /** Relative to the model's folder, as the model names it. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** Above this many bytes of tensors a model is split: files of the format end at 2 GiB. */
const mostInside = 1.5e9;

/** Smaller tensors stay in the model: runtimes want shapes there, and references take bytes too. */
const leastOutside = 1024;

/** Places in a file are multiples of this. */
const alignment = 64;

/** How many tensors lie in each external file. */
export function externalCounts(proto: ModelProto): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const tensor of allTensors(proto).filter(isExternal)) {
    const { path } = externalReference(tensor, tensor.name);
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

/** Bytes of the tensors that lie in other files. */
export const externalBytes = (proto: ModelProto): number =>
  allTensors(proto)
    .filter(isExternal)
    .reduce((sum, tensor) => sum + tensorBytes(tensor), 0);

/**
 * The files that belong beside a rewritten model, whose references are changed to match. A file of which every tensor
 * is still in use is passed on; what is left of others goes to one new file, so that nothing is carried that the
 * model does not need.
 *
 * @param before The model's {@link externalCounts} as it was.
 * @param files The files as they were; without them what is external stays so, and nothing is passed on.
 * @param external `true`: large tensors go into files; `false`: none does; absent: tensors stay where they are, and
 *   models above 1.5 GB are split.
 */
export async function settleExternal(
  { proto, name }: OnnxModel,
  before: ReadonlyMap<string, number>,
  files: ExternalFiles | undefined,
  external: boolean | undefined,
): Promise<ExternalFile[]> {
  const after = externalCounts(proto);
  if (external === false && files === undefined && after.size > 0) throw withoutFiles(name);
  const kept = [...after.keys()].filter((path) => external !== false && after.get(path) === before.get(path));
  const loaded = files === undefined ? [] : await bringIn(proto, files, new Set(kept));
  const outside = external === false ? [] : [...new Set([...loaded, ...largeTensors(proto, external)])];
  const passed: ExternalFile[] = [];
  if (files !== undefined) for (const path of kept) passed.push({ path, data: await files.open(path) });
  return outside.length === 0 ? passed : [...passed, takeOut(outside, newPath(name, after))];
}

/** Puts the data of external tensors into the model, but for those in files that are kept. */
async function bringIn(
  proto: ModelProto,
  files: ExternalFiles,
  kept: ReadonlySet<string>,
): Promise<TensorProto[]> {
  const loaded: TensorProto[] = [];
  for (const tensor of allTensors(proto).filter(isExternal)) {
    if (kept.has(externalReference(tensor, tensor.name).path)) continue;
    moveIn(tensor, (await files.load(tensor, tensor.name)).rawData as Uint8Array<ArrayBuffer>);
    loaded.push(tensor);
  }
  return loaded;
}

/** The initializers that go outside on request, or because the model would become too large. */
function largeTensors(proto: ModelProto, wanted: boolean | undefined): TensorProto[] {
  const inside = allTensors(proto).reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (wanted !== true && inside <= mostInside) return [];
  return (proto.graph?.initializer ?? []).filter(({ rawData }) => rawData.length >= leastOutside);
}

function takeOut(tensors: readonly TensorProto[], path: string): ExternalFile {
  const aligned = (length: number) => Math.ceil(length / alignment) * alignment;
  const data = new Uint8Array(tensors.reduce((sum, { rawData }) => sum + aligned(rawData.length), 0));
  let offset = 0;
  for (const tensor of tensors) {
    const { length } = tensor.rawData;
    data.set(tensor.rawData, offset);
    moveOut(tensor, path, offset, length);
    offset += aligned(length);
  }
  return { path, data };
}

/** Named for the model, and like no file that it names. */
function newPath(model: string, taken: ReadonlyMap<string, number>): string {
  const stem = model.replace(/^.*[\\/]/, '').replace(/\.onnx$/, '');
  let path = `${stem}.lowbit.data`;
  for (let number = 2; taken.has(path); number++) path = `${stem}.lowbit-${number}.data`;
  return path;
}

function withoutFiles(where: string): LowbitError {
  return new LowbitError({
    code: 'external-data',
    where,
    expected: 'the files of the model, to put their tensors into it',
    received: 'none',
    remedy: 'Give the option externalData, a function that reads a file beside the model.',
  });
}
