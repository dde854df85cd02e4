import { LowbitError, type LayerDescriptor, type QuantizationPlan } from '@lowbit/core';

/**
 * Checks that a stored plan names places of activations that the model offers in the form that is asked for.
 *
 * @param where - the plan's file
 * @throws LowbitError `plan-mismatch`.
 */
export function checkSites(
  { activations = [] }: QuantizationPlan,
  layers: readonly LayerDescriptor[],
  where: string,
): void {
  const offered = new Set(layers.flatMap(({ sites }) => sites.map(({ id }) => id)));
  const stranger = activations.find(({ id }) => !offered.has(id));
  if (stranger === undefined) return;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: `${where}: '${stranger.id}'`,
    expected: 'a place of activations that this model offers',
    remedy: 'Give the --target that the plan was made for (an old plan: --integers too), or make a new plan.',
  });
}
