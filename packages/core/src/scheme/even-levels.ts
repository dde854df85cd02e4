import { checkNumbers } from '../errors/check-kinds.js';

/** An even grid in double precision: level i is float32(scale · i + min). */
export interface EvenLevels {
  readonly scale: number;
  readonly min: number;
}

/**
 * The even grid that levels, ascending, are on exactly; `undefined` where there is none.
 *
 * Example: −α, 0, α are on a grid of scale α from −α; the levels of a quantile codebook are on none.
 */
export function evenLevels(levels: Float32Array): EvenLevels | undefined {
  checkNumbers(levels, 'evenLevels(levels)');
  const [min = 0] = levels;
  const scale = levels.length < 2 ? 0 : ((levels.at(-1) as number) - min) / (levels.length - 1);
  const isEven = levels.every((level, i) => level === Math.fround(scale * i + min));
  return isEven && scale >= 0 ? { scale, min } : undefined;
}
