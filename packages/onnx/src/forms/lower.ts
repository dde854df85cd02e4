import type { QuantizedTensor } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { bytesOfType } from '../model/data-types.js';
import type { DataType } from '../schema/proto.js';
import type { Optimize, Target } from '../target/target.js';
import { asSource } from './as-source.js';
import { expand, type Shaped } from './expand.js';
import type { Fragment } from './fragment.js';
import { groupsUnfit } from './groups-unfit.js';
import type { Replacement } from './packed-form.js';
import { packedForms } from './packed-forms.js';
import { unpackedReason } from './unpacked-reason.js';

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
  /** The type that the values have, where it is not the weight's own. */
  readonly type?: DataType;
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
  let why: string | undefined;
  for (const form of optimize === 'speed' ? [] : packedForms) {
    const made = form.pack(to, site, tensor, target);
    if (typeof made === 'object') {
      const reason = [form.kept(target), groupsUnfit(site, tensor, target, form)];
      return packed(to, tensor, made, reason);
    }
    why ??= made;
  }
  const unfit = optimize === 'speed' ? undefined : unpackedReason(site, tensor, target, why);
  return expanded(to, site, expand(to, tensor, target), tensor, unfit);
}

const folded = 'made into floats once, when the session is created: float speed, float memory';
function packed(
  to: Fragment,
  tensor: QuantizedTensor,
  { form, storedBits, nodes: others, stored = tensor, type }: Replacement,
  why: readonly (string | undefined)[],
): Lowered {
  const reason = sentence(...why, widening(storedBits, tensor));
  return { form, memoryBytes: packedBytes(to), reason, others, stored, ...defined({ type }) };
}

/** @param unfit Why it is not kept packed, where that was wanted. */
function expanded(
  to: Fragment,
  site: WeightSite,
  computed: Shaped,
  tensor: QuantizedTensor,
  unfit?: string,
): Lowered {
  asSource(to, site, computed);
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

/** Bytes of the constants that a fragment keeps in memory. */
function packedBytes({ constants, shared }: Fragment): number {
  return [...constants, ...shared].reduce((sum, { rawData }) => sum + rawData.length, 0);
}
