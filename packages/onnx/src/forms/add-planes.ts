import { sizeOf } from '@lowbit/core/adapter';
import type { Fragment } from './fragment.js';
import { integers } from './integers.js';
import { packPlanes, type PlaneBits, planeLength } from './bit-layout.js';
import { DataType } from '../schema/proto.js';
import { sliceTakesInputs } from '../target/versions.js';
import type { Target } from '../target/target.js';

export type Codes = Uint8Array | Uint16Array;

/** INT32 codes of `shape`, stored as planes of the widths `parts`, lowest bits first, and unpacked. */
export function addParts(
  to: Fragment,
  role: string,
  { codes, parts, shape }: { codes: Codes; parts: readonly PlaneBits[]; shape: readonly number[] },
  target: Target,
): string {
  let shift = 0;
  let sum = '';
  for (const bits of parts) {
    const mask = 2 ** bits - 1;
    const low = shift;
    const part = addPlanes(
      to,
      `${role}${low === 0 ? '' : low}`,
      codes.map((code) => (code >> low) & mask),
      bits,
    );
    const shaped = addShape(to, part, planeLength(codes.length, bits) * (8 / bits), shape, target);
    sum = low === 0 ? shaped : to.node('Add', [sum, to.node('Mul', [shaped, integer(to, 2 ** low)])]);
    shift += bits;
  }
  return sum;
}

/** INT32 `[planes, bytes]`. */
function addPlanes(to: Fragment, role: string, codes: Codes, bits: PlaneBits): string {
  const bytes = packPlanes(codes, bits);
  return unpackPlanes(to, to.constant(role, DataType.UINT8, [bytes.length], bytes), bits);
}

/** INT32 `[…, planes, bytes]` from UINT8 `[…, 1, bytes]`: each byte divided by 1, 2ᵇ, 2²ᵇ …, modulo 2ᵇ. */
export function unpackPlanes(to: Fragment, bytes: string, bits: PlaneBits): string {
  const powers = Array.from({ length: 8 / bits }, (_, plane) => 2 ** (bits * plane));
  const whole = to.node('Cast', [bytes], { to: DataType.INT32 });
  if (bits === 8) return whole;
  const shifted = to.node('Div', [whole, to.small(DataType.INT32, [powers.length, 1], powers)]);
  const base = integer(to, 2 ** bits);
  return to.node('Sub', [shifted, to.node('Mul', [to.node('Div', [shifted, base]), base])]);
}

/** Brings planes of `held` codes into a shape that may need fewer. */
function addShape(
  to: Fragment,
  planes: string,
  held: number,
  shape: readonly number[],
  target: Target,
): string {
  const count = sizeOf(shape);
  const cut =
    held === count ? planes : addCut(to, to.node('Reshape', [planes, integers(to, [-1])]), count, target);
  return to.node('Reshape', [cut, integers(to, shape)]);
}

function addCut(to: Fragment, flat: string, count: number, target: Target): string {
  if (target.opset < sliceTakesInputs) return to.node('Slice', [flat], { starts: [0], ends: [count] });
  return to.node('Slice', [flat, integers(to, [0]), integers(to, [count])]);
}

function integer(to: Fragment, value: number): string {
  return to.small(DataType.INT32, [], [value]);
}
