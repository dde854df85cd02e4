import type { PlannedWork } from '@lowbit/core';

/** What the plan's quantizers of activations are fitted to; `none` where all of them measure on every run. */
export function neededStatistics({ plan, registry }: PlannedWork): 'none' | 'ranges' | 'all' {
  const methods = (plan.activations ?? [])
    .map(({ quantizer }) => registry.find('quantizer', quantizer.name))
    .filter((method) => !method?.dynamic);
  if (methods.length === 0) return 'none';
  return methods.every((method) => method?.needs === 'ranges') ? 'ranges' : 'all';
}
