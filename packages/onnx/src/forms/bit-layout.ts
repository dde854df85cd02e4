/**
 * How packed operators lay out codes. Neighbour by neighbour, as the standard types of 2 and 4 bits are, `pack` of
 * @lowbit/core does it.
 */
import { joinBytes } from '@lowbit/core/adapter';

/** Widths of which a byte holds a whole number. */
export type PlaneBits = 1 | 2 | 4 | 8;

/**
 * Packs codes of 1, 2, 4 or 8 bits into bytes plane by plane: with p = 8 / bits planes of m = ceil(n / p) codes,
 * byte j holds the codes j, m + j, 2m + j … from its lowest bits up. Missing codes of the last plane are 0. Unlike
 * neighbour-by-neighbour packing, unpacking needs no interleaving: plane after plane is the original order.
 */
export function packPlanes(codes: ArrayLike<number>, bits: PlaneBits): Uint8Array {
  const length = planeLength(codes.length, bits);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < codes.length; i++) {
    const j = i % length;
    bytes[j] = (bytes[j] as number) | ((codes[i] as number) << (bits * Math.floor(i / length)));
  }
  return bytes;
}

/** Codes in a plane, which is also the number of bytes. */
export function planeLength(count: number, bits: PlaneBits): number {
  return Math.ceil((count * bits) / 8);
}

/** The rows of a table, each packed by itself: it starts a new byte. */
export function packRows(
  codes: Uint8Array | Uint16Array,
  perRow: number,
  packRow: (row: Uint8Array | Uint16Array) => Uint8Array,
): Uint8Array {
  const rows: Uint8Array[] = [];
  for (let from = 0; from < codes.length; from += perRow)
    rows.push(packRow(codes.subarray(from, from + perRow)));
  return joinBytes(rows);
}

/** Columns that are packed together: as many as a line of the processor's cache holds of a row. */
const columnsAtOnce = 64;

/**
 * The columns of a matrix [rows, columns] of codes one after the other, `bits` bits a code, lowest bits first. A column must fill
 * whole bytes.
 *
 * @param bits 2, 4 or 8.
 */
export function packColumns(
  codes: Uint8Array | Uint16Array,
  rows: number,
  columns: number,
  bits: number,
): Uint8Array {
  const bytes = new Uint8Array((columns * rows * bits) / 8);
  const length = bytes.length / columns;
  const inWords =
    codes instanceof Uint8Array && columns % 4 === 0 && length % 4 === 0 && codes.byteOffset % 4 === 0;
  if (inWords) packWords(codes, columns, length / 4, bits, bytes);
  else packBytes(codes, columns, length, bits, bytes);
  return bytes;
}

function packBytes(
  codes: Uint8Array | Uint16Array,
  columns: number,
  length: number,
  bits: number,
  bytes: Uint8Array,
): void {
  const rowsPerByte = 8 / bits;
  for (let column = 0; column < columns; column++) {
    for (let byte = 0; byte < length; byte++)
      bytes[column * length + byte] = joinRows(codes, byte * rowsPerByte * columns + column, columns, bits);
  }
}

/** As {@link packBytes}, four columns and four bytes of each at a time. */
function packWords(
  codes: Uint8Array,
  columns: number,
  length: number,
  bits: number,
  bytes: Uint8Array,
): void {
  const from = new Int32Array(codes.buffer, codes.byteOffset, codes.length / 4);
  const to = new Int32Array(bytes.buffer);
  const quads = columns / 4;
  const words = { from, to, quads, length, bits };
  for (let first = 0; first < quads; first += columnsAtOnce / 4) {
    const end = Math.min(first + columnsAtOnce / 4, quads);
    for (let word = 0; word < length; word++) packQuads(words, first, end, word);
  }
}

interface Words {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Columns by four. */
  readonly quads: number;
  /** Bytes of a packed column. */
  readonly length: number;
  readonly bits: number;
}

/** One word of each column of the quads `first` … `end`. */
function packQuads({ from, to, quads, length, bits }: Words, first: number, end: number, word: number): void {
  const byteRow = (8 / bits) * quads;
  for (let quad = first, at = word * 4 * byteRow + first; quad < end; quad++, at++) {
    const a = joinRows(from, at, quads, bits);
    const b = joinRows(from, at + byteRow, quads, bits);
    const c = joinRows(from, at + 2 * byteRow, quads, bits);
    const d = joinRows(from, at + 3 * byteRow, quads, bits);
    // The transpose of four by four bytes, in which even and odd columns are brought together first.
    const evenLow = (a & 0x00ff00ff) | ((b & 0x00ff00ff) << 8);
    const evenHigh = (c & 0x00ff00ff) | ((d & 0x00ff00ff) << 8);
    const oddLow = ((a >>> 8) & 0x00ff00ff) | (b & 0xff00ff00);
    const oddHigh = ((c >>> 8) & 0x00ff00ff) | (d & 0xff00ff00);
    const place = 4 * quad * length + word;
    to[place] = (evenLow & 0xffff) | (evenHigh << 16);
    to[place + length] = (oddLow & 0xffff) | (oddHigh << 16);
    to[place + 2 * length] = (evenLow >>> 16) | (evenHigh & 0xffff0000);
    to[place + 3 * length] = (oddLow >>> 16) | (oddHigh & 0xffff0000);
  }
}

/** The codes of the rows that share a byte, `stride` apart. */
function joinRows(codes: ArrayLike<number>, first: number, stride: number, bits: number): number {
  let joined = 0;
  for (let shift = 0, at = first; shift < 8; shift += bits, at += stride)
    joined |= (codes[at] as number) << shift;
  return joined;
}
