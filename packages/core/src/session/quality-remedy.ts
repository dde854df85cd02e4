import { LowbitError } from '../errors/error.js';
import type { Prepared } from '../plan/make-plan.js';

/**
 * The error of limits of quality that nothing keeps, with what data could decide besides and were not asked to: codes and biases of 8 bits too.
 *
 * @param isThorough Whether that was done already since nothing else was said.
 */
export function withQualityRemedy(
  error: LowbitError,
  { recipe, defaults }: Pick<Prepared, 'recipe' | 'defaults'>,
  isThorough: boolean,
): LowbitError {
  const [problem, ...others] = error.problems;
  const wanted = [
    ...(isNearest(recipe.rounding) && defaults.rounding !== undefined
      ? [{ what: 'codes', member: "rounding: 'auto'", option: '--rounding auto' }]
      : []),
    ...(recipe.correctBiases !== true && defaults.biases && !isThorough
      ? [{ what: 'biases', member: 'correctBiases: true', option: '--correct-biases' }]
      : []),
  ];
  if (problem === undefined || wanted.length === 0) return error;
  const listed = (of: 'what' | 'member' | 'option', between: string) =>
    wanted.map((one) => one[of]).join(between);
  const way = `Or have data choose ${listed('what', ' and ')} of 8 bits too: ${listed('member', ', ')} (command line: ${listed('option', ' ')}).`;
  const remedy = [problem.remedy, way].filter((word) => word !== undefined).join(' ');
  return new LowbitError([{ ...problem, remedy }, ...others], { cause: error });
}

/** Whether weights were to have their nearest levels. */
const isNearest = (rounding: Prepared['recipe']['rounding']): boolean =>
  (typeof rounding === 'string' ? rounding : rounding?.name) === 'nearest';
