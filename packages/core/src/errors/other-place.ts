import { suggestName } from './nearest-name.js';

/** Members of a recipe, the second argument of `quantize`. */
export const recipeMembers = [
  ...(['weights', 'bits', 'granularity', 'parameterStorage', 'rounding', 'rules'] as const),
  ...(['activations', 'activationBits', 'correctBiases', 'data', 'calibration', 'features'] as const),
  ...(['measurements', 'schedule', 'include', 'exclude', 'includeOps', 'excludeOps'] as const),
  ...(['registry', 'seed'] as const),
] as const;

/** Options that `quantize` alone takes, its third argument. */
const quantizeOptions = ['measure', 'statistics', 'capture', 'sizeOf', 'curve'] as const;

/**
 * The remedy for an option that is not known where it was given, to be spread into a problem: where it goes, if it is one of `quantize` or of its
 * recipe, or what was probably meant.
 */
export function suggestPlace(name: string, known: readonly string[]): { readonly remedy?: string } {
  if (isOneOf(quantizeOptions, name)) return { remedy: thirdArgument(name) };
  return isOneOf(recipeMembers, name)
    ? {
        remedy: `${name} is a member of the recipe, the second argument of quantize: quantize(port, { ${name}: … }).`,
      }
    : suggestName(name, known);
}

export const thirdArgument = (name: string): string =>
  `${name} is an option of quantize, in its third argument: quantize(port, recipe, { ${name}: … }).`;

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);
