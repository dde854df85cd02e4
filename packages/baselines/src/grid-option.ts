import type { OptionDescription, Quantizer } from '@lowbit/core/method';

/** Where 0 lies: `zero-point`: on a level, the range may lie to one side; `symmetric`: in the middle. */
export const gridOption: OptionDescription = {
  type: 'choice',
  default: 'zero-point',
  values: ['zero-point', 'symmetric'],
  help: 'zero-point: any range, 0 is a level; symmetric: 0 in the middle',
};

export const gridOptions: NonNullable<Quantizer['grids']> = {
  'zero-point': { grid: 'zero-point' },
  symmetric: { grid: 'symmetric', levels: 'odd' },
};
