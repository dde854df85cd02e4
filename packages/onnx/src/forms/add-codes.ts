import { addParts, type Codes } from './add-planes.js';
import type { Fragment } from './fragment.js';
import type { ParameterGrid } from './parameter-grid.js';
import type { PlaneBits } from './bit-layout.js';
import { addRowCodes } from './row-codes.js';
import { DataType } from '../schema/proto.js';
import { castableType } from '../target/casts.js';
import type { Target } from '../target/target.js';

export interface AddedCodes {
  /** Name of the tensor with the codes. */
  readonly value: string;
  /** Short name of the way they are stored. */
  readonly form: string;
  /** Width that they are stored in. */
  readonly storedBits: number;
}

/** Widths that no type has are sums of planes, lowest bits first. */
const partsOf: Readonly<Record<number, readonly PlaneBits[]>> = {
  1: [1],
  2: [2],
  3: [2, 1],
  4: [4],
  5: [4, 1],
  6: [4, 2],
  7: [4, 2, 1],
  16: [8, 8],
};

/** Bytes that the nodes for one set of planes take; a small weight saves less by them. */
const bytesOfUnpacking = 256;

/**
 * Adds codes of `bits` bits and the nodes that unpack them to FLOAT or INT32 in the grid's
 * shape (of the rows asked for, if it says any). They are stored in as many
 * bits, but in 16 from 9 bits on, and in 8 where unpacking would take more bytes than it saves. Only operators that
 * the runtime folds at load are used.
 */
export function addCodes(
  to: Fragment,
  role: string,
  { codes, bits, grid }: { codes: Codes; bits: number; grid: ParameterGrid },
  as: typeof DataType.FLOAT | typeof DataType.INT32,
  target: Target,
): AddedCodes {
  const { rows, codes: shape } = grid;
  if (rows !== undefined) return addRowCodes(to, role, { codes, bits, grid: { ...grid, rows } }, as);
  const storedBits = storedWidth(bits, codes.length, target);
  const type = castableType(storedBits, target);
  if (type !== undefined) {
    const value = to.node('Cast', [to.constant(role, type, shape, codes)], { to: as });
    return { value, form: 'Cast', storedBits };
  }
  const parts = partsOf[storedBits] as readonly PlaneBits[];
  const integers = addParts(to, role, { codes, parts, shape }, target);
  const value = as === DataType.INT32 ? integers : to.node('Cast', [integers], { to: as });
  return { value, form: `planar ${parts.join('+')}-bit`, storedBits };
}

function storedWidth(bits: number, count: number, target: Target): number {
  if (bits > 8) return 16;
  const saved = (count * (8 - bits)) / 8;
  const cost = bytesOfUnpacking * (partsOf[bits]?.length ?? 0);
  return castableType(bits, target) !== undefined || saved > cost ? bits : 8;
}
