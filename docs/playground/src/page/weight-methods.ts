import type { Quantizer } from '@lowbit/core';
import { registry } from '@lowbit/methods';

/** The widths that the page offers. */
export const widths = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Every method for weights that offers one of the widths; the default comes first. */
export const weightMethods: readonly Quantizer[] = registry
  .list()
  .filter((plugin) => plugin.kind === 'quantizer')
  .filter(
    ({ roles, bits }) => roles.includes('weight') && widths.some((width) => bits.weight?.includes(width)),
  )
  .sort((a, b) => Number(b.name === 'min-max') - Number(a.name === 'min-max'));
