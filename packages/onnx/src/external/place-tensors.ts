import { isStandard } from '../graph/scope.js';
import { allTensors } from '../model/all-tensors.js';
import type { OnnxModel } from '../model/model.js';
import { isExternal, tensorBytes } from '../model/tensor-data.js';
import { createEntry, DataLocation, type ModelProto, type TensorProto } from '../schema/proto.js';
import { type ExternalFile, type ExternalFiles, withoutFiles } from './files.js';
import { externalReference } from './reference.js';

/** How many tensors lie in each external file. */
export function externalCounts(tensors: readonly TensorProto[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const tensor of tensors.filter(isExternal)) {
    const { path } = externalReference(tensor, tensor.name);
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

export type ExternalPlace = boolean | 'fit';

/** Where the tensors of a result are wanted. */
interface ExternalWish {
  /**
   * `true`: large tensors go into a file; `false`: none does; `fit`: none does where the model stays below 1.5 GB; else tensors stay
   * where they are, and models above 1.5 GB are split.
   */
  readonly external: ExternalPlace | undefined;
  /** Path of that file. Default: named for the model. */
  readonly externalPath: string | undefined;
  /** Most bytes of tensors in a file. Default: 1.5 GB in the model, 2 GB in files beside it. */
  readonly externalLimit?: number | undefined;
}

/** Above this many bytes of tensors a model is split: files of the format end at 2 GiB. */
const mostInside = 1.5e9;

/** So many bytes a file beside a model has at most, but for a single tensor that is larger: browsers have arrays up to 2 GiB. */
const mostBeside = 2e9;

/** Smaller tensors stay in the model: runtimes want shapes there, and references take bytes too. */
export const leastOutside = 1024;

/** Places in a file are multiples of this. */
const alignment = 64;

/** Bytes of those tensors that lie in other files. */
export const externalBytes = (tensors: readonly TensorProto[]): number =>
  tensors.filter(isExternal).reduce((sum, tensor) => sum + tensorBytes(tensor), 0);

/**
 * The files that belong beside a rewritten model, whose references are changed to match. A file of which every tensor
 * is still in use is passed on; what is left of others goes to one new file, so that nothing is carried that the
 * model does not need.
 *
 * @param before The model's {@link externalCounts} as it was.
 * @param files The files as they were; without them what is external stays so, and nothing is passed on.
 * @throws LowbitError `external-data`.
 */
export async function placeTensors(
  { proto, name }: OnnxModel,
  before: ReadonlyMap<string, number>,
  files: ExternalFiles | undefined,
  { external: wanted, externalPath, externalLimit = mostBeside }: ExternalWish,
): Promise<ExternalFile[]> {
  const tensors = allTensors(proto);
  const inside = Math.min(mostInside, externalLimit);
  const external = wanted === 'fit' ? insideWhereItFits(tensors, files, inside) : wanted;
  const after = externalCounts(tensors);
  if (external === false && files === undefined && after.size > 0)
    throw withoutFiles(name, 'to put their tensors into it');
  const kept = [...after.keys()].filter((path) => external !== false && after.get(path) === before.get(path));
  const loaded = files === undefined ? [] : await bringIn(tensors, files, new Set(kept));
  const outside =
    external === false ? [] : [...new Set([...loaded, ...largeTensors(proto, tensors, external, inside)])];
  const passed: ExternalFile[] = [];
  if (files !== undefined) for (const path of kept) passed.push({ path, data: await files.open(path) });
  const taken = new Set(after.keys());
  for (const group of groupsOf(outside, externalLimit)) {
    const path = newPath(name, externalPath, taken);
    taken.add(path);
    passed.push(takeOut(group, path));
  }
  return passed;
}

/** `false` where all tensors can be in the model. */
function insideWhereItFits(
  tensors: readonly TensorProto[],
  files: ExternalFiles | undefined,
  most: number,
): false | undefined {
  const inside = tensors.reduce((sum, { rawData }) => sum + rawData.length, 0);
  return files !== undefined && inside + externalBytes(tensors) <= most ? false : undefined;
}

/** Puts the data of external tensors into the model, but for those in files that are kept. */
async function bringIn(
  tensors: readonly TensorProto[],
  files: ExternalFiles,
  kept: ReadonlySet<string>,
): Promise<TensorProto[]> {
  const loaded: TensorProto[] = [];
  for (const tensor of tensors.filter(isExternal)) {
    if (kept.has(externalReference(tensor, tensor.name).path)) continue;
    moveIn(tensor, (await files.load(tensor, tensor.name)).rawData as Uint8Array<ArrayBuffer>);
    loaded.push(tensor);
  }
  return loaded;
}

/** Whether tensors may go into a file beside the model: on request, or since they are too many for the model. */
export const mayGoOutside = (
  tensors: readonly TensorProto[],
  wanted: boolean | undefined,
  most = mostInside,
): boolean => wanted === true || tensors.reduce((sum, { rawData }) => sum + rawData.length, 0) > most;

/**
 * The tensors that go outside on request, or because the model would become too large. Runtimes look for other files on
 * behalf of the main graph alone, so that what subgraphs and functions hold stays (onnxruntime-web 1.30).
 */
function largeTensors(
  proto: ModelProto,
  tensors: readonly TensorProto[],
  wanted: boolean | undefined,
  most: number,
): TensorProto[] {
  if (!mayGoOutside(tensors, wanted, most)) return [];
  return mainTensors(proto).filter(({ rawData }) => rawData.length >= leastOutside);
}

const aligned = (length: number): number => Math.ceil(length / alignment) * alignment;

/** Tensors by the file that they go to, in their order. */
function groupsOf(tensors: readonly TensorProto[], most: number): readonly TensorProto[][] {
  const groups: TensorProto[][] = [];
  let bytes = Infinity;
  for (const tensor of tensors) {
    const length = aligned(tensor.rawData.length);
    if (bytes + length > most) groups.push([]);
    bytes = (bytes + length > most ? 0 : bytes) + length;
    groups.at(-1)?.push(tensor);
  }
  return groups;
}

function takeOut(tensors: readonly TensorProto[], path: string): ExternalFile {
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

/** The wanted name or one for the model, with a number where there is such a file already. */
function newPath(model: string, wanted: string | undefined, taken: ReadonlySet<string>): string {
  const stem = wanted ?? `${model.replace(/^.*[\\/]/, '').replace(/\.onnx$/, '')}.lowbit.data`;
  let path = stem;
  for (let number = 2; taken.has(path); number++) path = stem.replace(/(\.[^./]*)?$/, `-${number}$1`);
  return path;
}

/** The constants of the main graph, which are initializers or the values of `Constant` nodes. */
function mainTensors({ graph }: ModelProto): TensorProto[] {
  const constants = (graph?.node ?? []).filter((node) => isStandard(node, 'Constant'));
  const values = constants.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return [...(graph?.initializer ?? []), ...values];
}

/** Puts raw data into a tensor in place of its reference to another file. */
export function moveIn(tensor: TensorProto, rawData: Uint8Array<ArrayBuffer>): void {
  tensor.rawData = rawData;
  tensor.dataLocation = DataLocation.DEFAULT;
  tensor.externalData = [];
}

/** Makes a tensor refer to bytes of another file in place of its raw data. */
export function moveOut(tensor: TensorProto, path: string, offset: number, length: number): void {
  delete (tensor as { rawData?: Uint8Array }).rawData;
  tensor.dataLocation = DataLocation.EXTERNAL;
  tensor.externalData = [
    createEntry('location', path),
    createEntry('offset', `${offset}`),
    createEntry('length', `${length}`),
  ];
}
