import { LowbitError } from '../errors/error.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { QuantizerChoice } from '../contract/choice.js';
import type { BitAssignment, Granularity } from '../contract/policy.js';
import { defined } from '../contract/defined.js';

/**
 * Checks bits that a policy is made with.
 *
 * @throws LowbitError `invalid-argument` for anything but a number and `'float'`.
 */
export function checkBits(bits: unknown, where: string): void {
  if (typeof bits === 'number' || bits === 'float') return;
  throw new LowbitError({
    code: 'invalid-argument',
    where,
    expected: "a number of bits, or 'float'",
    received: typeof bits === 'string' ? `the text '${bits}'` : String(bits),
  });
}

/**
 * Checks the bits by name or operator that a policy is made with.
 *
 * @throws LowbitError `invalid-argument` for anything but an object of numbers and `'float'`.
 */
export function checkBitsBy(bits: unknown, where: string, example: string): void {
  if (typeof bits !== 'object' || bits === null || Array.isArray(bits) || bits instanceof Map)
    throw new LowbitError({
      code: 'invalid-argument',
      where,
      expected: `an object of bits, for instance ${example}`,
      received: typeof bits === 'string' ? `the text '${bits}'` : String(bits),
    });
  for (const [name, own] of Object.entries(bits)) checkBits(own, `${where}: '${name}'`);
}

/** What a policy may choose besides the bits. */
export interface PolicyChoice {
  readonly weights?: QuantizerChoice;
  readonly granularity?: Granularity;
}

/** The assignment with other bits, and another quantizer or granularity where one is given. */
export function override(
  entry: BitAssignment,
  bits: number | 'float',
  choice: PolicyChoice,
  reason: string,
): BitAssignment {
  return {
    ...entry,
    bits,
    ...defined({ quantizer: choice.weights, granularity: choice.granularity }),
    reason,
  };
}

/** Ids of the weights of a layer, and of its activation sites: a draft is of one or the other. */
export const idsOf = ({ weights, sites }: LayerDescriptor): readonly string[] =>
  [...weights, ...sites].map(({ id }) => id);

/**
 * Decides every assignment once for each layer that uses the weight or has the site, and keeps the one with the most bits: a
 * shared weight must be good enough for all of its users.
 */
export function assignByLayer<A extends BitAssignment>(
  draft: readonly A[],
  layers: readonly LayerDescriptor[],
  decide: (entry: A, layer: LayerDescriptor) => A,
): A[] {
  const users = new Map<string, LayerDescriptor[]>();
  for (const layer of layers) {
    for (const id of idsOf(layer)) users.set(id, [...(users.get(id) ?? []), layer]);
  }
  return draft.map((entry) => {
    const decided = (users.get(entry.id) ?? []).map((layer) => decide(entry, layer));
    return decided.reduce(
      (most, other) => (rank(other.bits) > rank(most.bits) ? other : most),
      decided[0] ?? entry,
    );
  });
}

function rank(bits: number | 'float'): number {
  return bits === 'float' ? Infinity : bits;
}
