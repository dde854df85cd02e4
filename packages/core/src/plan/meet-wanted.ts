import type { WantedForm } from '../contract/descriptors.js';
import type { ChosenQuantizer } from '../plugin/choose.js';
import { hasZeroPoints } from '../plugin/has-zero-points.js';
import type { Options } from '../contract/options.js';
import type { Granularity } from '../contract/policy.js';
import type { GridKind } from '../contract/quantizer.js';

/** A quantizer's options and a granularity, and what there is to say of what a packed form wanted. */
export interface MetWish {
  readonly options: Options;
  /** Options in whose place others came. */
  readonly instead?: Options;
  readonly granularity: Granularity;
  readonly reason?: string;
}

/**
 * Options and granularity with which the wanted form can take a weight. What was given wins: then, and where the quantizer has
 * no such grid, all stays as it is, and the reason says what the form wants.
 *
 * @param given Whether the granularity was chosen by somebody.
 */
export function meetWanted(
  wanted: WantedForm | undefined,
  chosen: ChosenQuantizer,
  granularity: Granularity,
  given: boolean,
): MetWish {
  const asItIs = { options: chosen.options, granularity };
  if (wanted === undefined) return asItIs;
  const { form, grid } = wanted;
  const name = chosen.quantizer.name;
  const options = grid === undefined ? {} : optionsFor(grid, chosen);
  if (options === undefined)
    return { ...asItIs, reason: `${name} has no ${gridNames[grid as GridKind]} for ${form}` };
  const fits = grid === 'zero-point' && hasZeroPoints(chosen);
  const missing = fits ? [] : Object.entries(options).filter(([key, value]) => chosen.options[key] !== value);
  const other = wanted.granularity !== undefined && wanted.granularity !== granularity;
  const changes = [
    ...missing.map(([key, value]) => `${key}=${value}`),
    ...(other ? [wanted.granularity] : []),
  ];
  if (changes.length === 0) return asItIs;
  const kept = missing.some(([key]) => chosen.given[key] !== undefined) || (other && given);
  if (kept) return { ...asItIs, reason: `as chosen; ${form} would take it with ${changes.join(' and ')}` };
  const replaced = missing.map(([key]) => [key, chosen.options[key]] as const);
  return {
    options: { ...chosen.options, ...options },
    ...(missing.length === 0 ? {} : { instead: Object.fromEntries(replaced) as Options }),
    granularity: wanted.granularity ?? granularity,
    reason: `${changes.join(' and ')} for ${form}`,
  };
}

/** Every declared grid is even. */
function optionsFor(grid: GridKind, { quantizer: { grids } }: ChosenQuantizer): Options | undefined {
  const isEven = grid === 'even' && Object.keys(grids ?? {}).length > 0;
  return grids?.[grid] ?? (isEven ? {} : undefined);
}

const gridNames: Readonly<Record<GridKind, string>> = {
  'zero-point': 'grid with integer zero points',
  symmetric: 'symmetric grid',
  even: 'even grid',
};
