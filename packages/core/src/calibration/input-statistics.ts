import { LowbitError } from '../errors/error.js';
import type { InputMoments } from './moments.js';

/** Moments of the inputs of channels that share them. */
export interface GroupInputs {
  /** Of the samples that weights may be fitted to. */
  readonly seen: InputMoments;
  /** Of those that are kept back, to judge by. Absent where there is but one sample. */
  readonly heldOut?: InputMoments;
}

/** What the inputs of a weight were while the model ran. */
export interface ObservedInputs {
  /**
   * One for each group of output channels that share their inputs, as many channels each, in their order: one, except for
   * convolutions with groups. The inputs of a channel are the other axes of the weight, row-major.
   */
  readonly groups: readonly GroupInputs[];
}

/** What the inputs of a weight were, or why nobody knows. */
export interface InputsOfWeight {
  /** Absent where nobody knows. */
  readonly observed?: ObservedInputs;
  readonly why?: string;
}

/** What the inputs of weights were in a model as it was. Moments are large, and come one weight at a time. */
export interface InputStatistics {
  /** Ids of the weights that it tells of, in the order in which they are best asked for. */
  readonly weights: readonly string[];
  /** @param weight One of these. */
  read(weight: string): Promise<InputsOfWeight>;
}

/**
 * What parts of the data tell together of one weight: sums of its rows add up. A part in which its inputs were not seen adds nothing.
 *
 * @param parts One at least.
 * @throws LowbitError `calibration-invalid` for parts that are of other weights.
 */
export function addInputs(weight: string, parts: readonly InputsOfWeight[]): InputsOfWeight {
  const known = parts.flatMap(({ observed }) => observed ?? []);
  const [first, ...others] = known;
  if (first === undefined) return parts[0] ?? {};
  if (others.length === 0) return { observed: first };
  for (const other of others) checkAlike(weight, first, other);
  const groups = first.groups.map((_, g): GroupInputs => {
    const own = known.map((part) => part.groups[g] as GroupInputs);
    const heldOut = own.flatMap((group) => group.heldOut ?? []);
    return {
      seen: addMoments(own.map(({ seen }) => seen)),
      ...(heldOut.length > 0 && { heldOut: addMoments(heldOut) }),
    };
  });
  return { observed: { groups } };
}

/** Sums in double precision, which are rounded once. */
function addMoments(parts: readonly InputMoments[]): InputMoments {
  const total = (values: (part: InputMoments) => Float32Array): Float32Array => {
    const sums = Float64Array.from(values(parts[0] as InputMoments));
    for (const part of parts.slice(1)) {
      const more = values(part);
      for (let i = 0; i < sums.length; i++) sums[i]! += more[i] as number;
    }
    return Float32Array.from(sums);
  };
  return {
    inputs: (parts[0] as InputMoments).inputs,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    sums: total(({ sums }) => sums),
    products: total(({ products }) => products),
  };
}

function checkAlike(weight: string, one: ObservedInputs, other: ObservedInputs): void {
  const [expected, received] = [one, other].map(wordInputs);
  if (expected === received) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: `statistics of weight '${weight}'`,
    expected: `${expected}, as in the first part`,
    received: `${received}`,
    remedy: 'Parts are of one model: observe it on each part of the data.',
  });
}

/** How many inputs there are, in words. */
export const wordInputs = ({ groups }: ObservedInputs): string =>
  `${groups[0]?.seen.inputs ?? 0} inputs in ${groups.length} ${groups.length === 1 ? 'group' : 'groups'}`;
