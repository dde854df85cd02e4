import { type ExternalContent, readModel, type ReadExternalData, writeModel } from '@lowbit/onnx';
import { type DataPlace, placeOf } from './data-place.js';
import { dataName } from './name-data.js';
import { type Tensor, tensorsOf } from './walk-model.js';

/** Runtimes in browsers read a file into one array, which holds 2 GiB at most. */
const mostBeside = 2e9;

/** Places in a file are multiples of this. */
const alignment = 64;

/** A run of bytes, and where it goes. */
interface Piece extends Required<DataPlace> {
  readonly to: number;
}

/** A file of the result. */
interface Part {
  readonly name: string;
  readonly bytes: number;
  readonly pieces: readonly Piece[];
}

type Growing = Part & { bytes: number; pieces: Piece[] };

/** A model whose data are spread over more files. */
export interface SplitData {
  readonly bytes: Uint8Array;
  readonly parts: readonly Part[];
  /** The bytes of a part. */
  read(part: Part): Promise<Uint8Array>;
}

/**
 * A model of which no data file has more than `most` bytes, but for a single tensor that has; `undefined` where none has now, and the path of
 * a file that is too short for what is said to be in it, where one is split and there is such a file. Data that several tensors share go along once.
 *
 * @param file Name of the file of the model, whose data files are called after it.
 * @param open Opens a data file, as tensors name it.
 * @throws LowbitError as `readModel`; what `open` throws.
 */
export async function splitData(
  bytes: Uint8Array,
  file: string,
  open: ReadExternalData,
  most = mostBeside,
): Promise<SplitData | string | undefined> {
  const model = readModel(bytes, file);
  const sizes = new Map<string, number>();
  const held: { readonly tensor: Tensor; readonly place: Required<DataPlace> }[] = [];
  for (const tensor of tensorsOf(model.proto)) {
    const place = placeOf(tensor);
    if (place === undefined) continue;
    const size = sizes.get(place.path) ?? sizeOf(await open(place.path));
    sizes.set(place.path, size);
    held.push({ tensor, place: { length: size - place.offset, ...place } });
  }
  if ([...sizes.values()].every((size) => size <= most)) return undefined;
  const short = held.find(({ place }) => place.offset + place.length > (sizes.get(place.path) ?? 0));
  if (short !== undefined) return short.place.path;
  const parts: Growing[] = [];
  const placed = new Map<string, readonly [Part, Piece]>();
  for (const { tensor, place } of held) {
    const key = `${place.path} ${place.offset} ${place.length}`;
    const [part, piece] = placed.get(key) ?? put(parts, place, file, most);
    placed.set(key, [part, piece]);
    const [entry] = tensor.externalData as [Tensor['externalData'][number]];
    const at = { location: part.name, offset: String(piece.to), length: String(piece.length) };
    tensor.externalData = Object.entries(at).map(([key, value]) => ({ ...entry, key, value }));
  }
  return {
    bytes: writeModel(model),
    parts,
    async read({ bytes: length, pieces }) {
      const data = new Uint8Array(length);
      for (const piece of pieces) data.set(await readPiece(open, piece), piece.to);
      return data;
    },
  };
}

/** Puts a run of bytes behind those of the last part, or into a new one. */
function put(
  parts: Growing[],
  place: Required<DataPlace>,
  file: string,
  most: number,
): readonly [Part, Piece] {
  const last = parts.at(-1);
  const to = Math.ceil((last?.bytes ?? Infinity) / alignment) * alignment;
  const isFull = last === undefined || to + place.length > most;
  const part = isFull ? { name: dataName(file, parts.length), bytes: 0, pieces: [] } : last;
  if (isFull) parts.push(part);
  const piece = { ...place, to: isFull ? 0 : to };
  part.pieces.push(piece);
  part.bytes = piece.to + place.length;
  return [part, piece];
}

const sizeOf = (content: ExternalContent): number => ('size' in content ? content.size : content.byteLength);

/** What opens a file may give all of it, or the run alone. */
async function readPiece(open: ReadExternalData, { path, offset, length }: Piece): Promise<Uint8Array> {
  const content = await open(path, { offset, length });
  if ('read' in content) return asBytes(await content.read(offset, length));
  if ('size' in content) return asBytes(await content.slice(offset, offset + length).arrayBuffer());
  const bytes = asBytes(content);
  return bytes.length === length ? bytes : bytes.subarray(offset, offset + length);
}

const asBytes = (data: ArrayBufferView | ArrayBufferLike): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
