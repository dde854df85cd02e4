import { LowbitError, type Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { LayerDescriptor } from '../model/port.js';
import type { Recipe, RecipeSettings } from '../model/recipe.js';
import { matchesGlob } from '../policy/glob.js';

const settings = [
  'weights',
  'bits',
  'granularity',
  'parameterStorage',
] as const satisfies readonly (keyof RecipeSettings)[];

/** What a recipe and its parts may say; anything else is a misspelt name, and would do nothing. */
const members = {
  recipe: [
    ...settings,
    ...(['rules', 'activations', 'activationBits', 'calibration', 'features', 'schedule'] as const),
    ...(['include', 'exclude', 'registry', 'seed'] as const),
  ] as const satisfies readonly (keyof Recipe)[],
  rule: ['match', ...settings],
  match: ['name', 'op'],
} as const;

/** Names of the model that a message lists. */
const mostNames = 10;

/**
 * Checks what types alone cannot: that every member is known, and that every glob fits a layer or a weight of the model.
 *
 * @throws LowbitError `invalid-argument` with every problem, and what was probably meant.
 */
export function checkRecipe(recipe: Recipe, layers: readonly LayerDescriptor[]): void {
  if (typeof recipe !== 'object' || recipe === null) throw noRecipe(recipe);
  const names = new Set(layers.flatMap((layer) => [layer.id, ...layer.weights.map(({ id }) => id)]));
  const rules = (recipe.rules ?? []).flatMap((rule, i) => [
    ...strangers(rule, members.rule, `recipe.rules[${i}]`),
    ...strangers(rule.match, members.match, `recipe.rules[${i}].match`),
    ...unmatched(rule.match?.name === undefined ? [] : [rule.match.name], names, `rules[${i}].match.name`),
  ]);
  const [first, ...rest] = [
    ...strangers(recipe, members.recipe, 'recipe'),
    ...rules,
    ...unmatched(recipe.include ?? [], names, 'include'),
    ...unmatched(recipe.exclude ?? [], names, 'exclude'),
  ];
  if (first !== undefined) throw new LowbitError([first, ...rest]);
}

function noRecipe(received: unknown): LowbitError {
  const remedy = 'For instance { bits: 4 }; the members are those of Recipe.';
  return new LowbitError({
    code: 'invalid-argument',
    where: 'recipe',
    expected: 'an object',
    received: String(received),
    remedy,
  });
}

function strangers(part: object | undefined, known: readonly string[], where: string): Problem[] {
  const names = Object.keys(part ?? {}).filter((name) => !known.includes(name));
  return names.map((name) => ({
    code: 'invalid-argument',
    where,
    expected: `the members ${known.join(', ')}`,
    received: name,
    ...suggestName(name, known),
  }));
}

function unmatched(globs: readonly string[], names: ReadonlySet<string>, where: string): Problem[] {
  const known = [...names];
  return globs
    .filter((glob) => !known.some((name) => matchesGlob(glob, name)))
    .map((glob) => ({
      code: 'invalid-argument',
      where,
      expected: `the name of a layer or weight, or a glob that fits one: ${listed(known)}`,
      received: glob,
      remedy: 'Inspect the model to see the names of its layers and weights.',
      ...suggestName(glob, known),
    }));
}

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 0 ? `${names.slice(0, mostNames).join(', ')} … and ${more} more` : names.join(', ');
}
