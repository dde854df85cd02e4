import type { ZeroPointForm } from '@lowbit/core/adapter';
import { packColumns } from './bit-layout.js';

/** Widths that `com.microsoft.MatMulNBits` packs. */
export type PackedBits = 2 | 4 | 8;

/** How `com.microsoft.MatMulNBits` lays a matrix [rows, columns] out: column after column, group after group. */
interface GroupLayout {
  readonly rows: number;
  readonly columns: number;
  readonly group: number;
  readonly groups: number;
  readonly bits: PackedBits;
  readonly bytesPerGroup: number;
  /** Bytes that the zero points of one column take. */
  readonly bytesPerZeros: number;
}

export function groupLayout(
  [rows, columns]: readonly [number, number],
  group: number,
  bits: PackedBits,
): GroupLayout {
  const groups = Math.ceil(rows / group);
  const bytesPerGroup = (group * bits) / 8;
  return { rows, columns, group, groups, bits, bytesPerGroup, bytesPerZeros: Math.ceil((groups * bits) / 8) };
}

/** `[columns, groups, bytes of a group]`, lowest bits first; a short last group is filled with zero points. */
export function packGroups(form: ZeroPointForm, layout: GroupLayout): Uint8Array {
  const { columns, groups, group, bits } = layout;
  return packColumns(filledGroups(form, layout), groups * group, columns, bits);
}

/** The codes [groups · group, columns]. */
function filledGroups({ codes, zeroPoints }: ZeroPointForm, layout: GroupLayout): ZeroPointForm['codes'] {
  const { rows, columns, groups, group } = layout;
  if (rows === groups * group) return codes;
  const filled = new Uint8Array(groups * group * columns);
  filled.set(codes);
  const last = zeroPoints.subarray((groups - 1) * columns);
  for (let row = rows; row < groups * group; row++) filled.set(last, row * columns);
  return filled;
}

/** `[columns, bytes]`: each column starts a new byte. */
export function packZeroPoints({ zeroPoints }: ZeroPointForm, layout: GroupLayout): Uint8Array {
  const { columns, groups, bits, bytesPerZeros } = layout;
  const bytes = new Uint8Array(columns * bytesPerZeros);
  for (let column = 0; column < columns; column++) {
    for (let group = 0; group < groups; group++) {
      putBits(bytes, column * bytesPerZeros, group, zeroPoints[group * columns + column] as number, bits);
    }
  }
  return bytes;
}

function putBits(bytes: Uint8Array, start: number, index: number, code: number, bits: PackedBits): void {
  const perByte = 8 / bits;
  const at = start + Math.floor(index / perByte);
  bytes[at] = (bytes[at] as number) | (code << (bits * (index % perByte)));
}
