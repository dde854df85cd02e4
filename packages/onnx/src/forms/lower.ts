import type { QuantizedTensor } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import { bytesOfType } from '../model/data-types.js';
import { tensorShape } from '../model/tensor-shape.js';
import { matMulNBits } from './mat-mul-n-bits.js';
import { unpackedReason } from './unpacked-reason.js';
import { usedOnly } from './used-only.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { Optimize, Target } from '../target/target.js';
import { dequantize } from './dequantize.js';
import { expand, type Shaped } from './expand.js';
import { explicitTransposes } from './explicit-transposes.js';
import type { Fragment } from './fragment.js';
import { gatherBlockQuantized } from './gather-block-quantized.js';
import { gatherRows } from './gather-rows.js';
import { groupsUnfit } from './groups-unfit.js';
import { integers } from './integers.js';

/** One weight in the form that was chosen for it; its nodes and constants are in the fragment. */
export interface Lowered {
  readonly form: string;
  /** Bytes of the weight at run time. */
  readonly memoryBytes: number;
  readonly reason: string;
  /** What nodes of the graph become with it, above all those that take the weight packed. */
  readonly others: Replacement['nodes'];
  /** The tensor as it was written, where that has other parameters. */
  readonly stored?: QuantizedTensor;
}

/** Nodes that take a packed weight, in place of its users. */
export interface Replacement {
  readonly form: string;
  /** Width that a code is stored in. */
  readonly storedBits: number;
  /** What each node becomes, in an order in which they can be computed. */
  readonly nodes: ReadonlyMap<NodeProto, readonly NodeProto[]>;
  /** The tensor as it was written, where that has other parameters. */
  readonly stored?: QuantizedTensor;
}

/**
 * Chooses the form of one weight and adds it to the fragment. Unless other nodes take the packed weight, the last
 * node gives the source's own value: its name, its shape, its type.
 */
export function lower(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  optimize: Optimize,
): Lowered {
  if (optimize === 'speed') return expanded(to, site, expand(to, tensor, target), tensor);
  const multiplies = matMulNBits(to, site, tensor, target);
  if (multiplies !== undefined) return replaced(to, tensor, multiplies, multiplied(target));
  const takes = gatherBlockQuantized(to, site, tensor, target);
  if (takes !== undefined) return replaced(to, tensor, takes, taken);
  const unfit = groupsUnfit(site, tensor, target);
  const rows = gatherRows(to, site, tensor, target);
  if (rows !== undefined) return replaced(to, tensor, rows, taken, unfit);
  const dims = tensorShape(site.source.tensor, site.source.name);
  const packed = dequantize(to, tensor, target, dims, () => !usedOnly(site, () => true));
  if ('unfit' in packed) {
    const why = unpackedReason(site, tensor, target, packed.unfit);
    return expanded(to, site, expand(to, tensor, target), tensor, why);
  }
  finish(to, site, packed);
  const reason = sentence(decoded, unfit, widening(packed.storedBits, tensor));
  const others = explicitTransposes(site.source);
  return { form: packed.form, memoryBytes: packedBytes(to), reason, others };
}

const folded = 'made into floats once, when the session is created: float speed, float memory';
const decoded = 'stays packed in memory and is decoded on every run, which takes longer than floats';
const multiplied = (target: Target) =>
  target.runtime?.provider === 'webgpu'
    ? 'stays packed in memory and is multiplied as it is'
    : 'stays packed in memory and is multiplied as it is, which takes longer than floats on WebAssembly';

const taken = 'stays packed in memory; only the rows that are asked for are decoded';

function replaced(
  to: Fragment,
  tensor: QuantizedTensor,
  { form, storedBits, nodes: others, stored = tensor }: Replacement,
  ...why: readonly (string | undefined)[]
): Lowered {
  const reason = sentence(...why, widening(storedBits, tensor));
  return { form, memoryBytes: packedBytes(to), reason, others, stored };
}

/** @param unfit Why it is not kept packed, where that was wanted. */
function expanded(
  to: Fragment,
  site: WeightSite,
  computed: Shaped,
  tensor: QuantizedTensor,
  unfit?: string,
): Lowered {
  finish(to, site, computed);
  const memoryBytes = bytesOfType(site.source.tensor.dataType, tensor.codes.length);
  const reason = sentence(folded, unfit, widening(computed.storedBits, tensor));
  return { form: computed.form, memoryBytes, reason, others: new Map() };
}

function widening(storedBits: number, { bits }: QuantizedTensor): string | undefined {
  if (storedBits === bits) return undefined;
  return `codes of ${bits} bits are stored in ${storedBits}, the least that is worth its operators here`;
}

function sentence(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('; ');
}

/** Gives the decoded value the source's shape, type and name. */
function finish(to: Fragment, site: WeightSite, { value, shape }: Shaped): void {
  const { tensor, name } = site.source;
  const dims = tensorShape(tensor, name);
  const same = dims.length === shape.length && dims.every((size, axis) => size === shape[axis]);
  const shaped = same ? value : to.node('Reshape', [value, integers(to, dims)]);
  const typed =
    tensor.dataType === DataType.FLOAT ? shaped : to.node('Cast', [shaped], { to: tensor.dataType });
  to.rename(typed, name);
}

/** Bytes of the constants that a fragment keeps in memory. */
function packedBytes({ constants, shared }: Fragment): number {
  return [...constants, ...shared].reduce((sum, { rawData }) => sum + rawData.length, 0);
}
