import { checkHas } from '../errors/check-kinds.js';
import type { WeightDescriptor } from '../contract/descriptors.js';
import type { Granularity } from '../contract/policy.js';
import type { Slicing } from '../scheme/types.js';

/** The group size of `group:N`, or `undefined` for another granularity. */
export function groupSize(granularity: Granularity): number | undefined {
  const match = /^group:([1-9]\d{0,8})$/.exec(granularity);
  return match === null ? undefined : Number(match[1]);
}

/** Whether a text is a granularity: `tensor`, `channel` or `group:N`. */
export function isGranularity(text: unknown): text is Granularity {
  if (typeof text !== 'string') return false;
  return text === 'tensor' || text === 'channel' || groupSize(text as Granularity) !== undefined;
}

/**
 * The granularity that a weight can really have, with the reason when it is not the wanted one: groups need an
 * input axis at least as long as the group.
 */
export function fittingGranularity(
  wanted: Granularity,
  weight: Pick<WeightDescriptor, 'shape' | 'inputAxis'>,
): { granularity: Granularity; reason?: string } {
  const group = groupSize(wanted);
  if (group === undefined) return { granularity: wanted };
  const length = weight.inputAxis === undefined ? undefined : weight.shape[weight.inputAxis];
  if (length !== undefined && length >= group) return { granularity: wanted };
  const why =
    length === undefined ? 'no input axis to group' : `the input axis of ${length} is shorter than a group`;
  return { granularity: 'channel', reason: `${why}: per channel` };
}

/** The slicing of a weight at a granularity that fits it. */
export function slicingOf(
  granularity: Granularity,
  weight: Pick<WeightDescriptor, 'outputAxes' | 'inputAxis'>,
): Slicing {
  checkHas(weight, ['outputAxes'], 'slicingOf(granularity, weight)', 'a weight as a port describes it');
  const group = groupSize(granularity);
  if (group !== undefined && weight.inputAxis !== undefined) return { along: weight.inputAxis, group };
  return granularity === 'tensor' ? 'tensor' : { axes: weight.outputAxes };
}
