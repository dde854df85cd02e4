import { checkArgument } from '../errors/check-argument.js';
import { throwProblems, type Problem } from '../errors/error.js';
import { recipeMembers, suggestPlace, thirdArgument } from '../errors/other-place.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import { quantizeTypes } from '../contract/events.js';
import type { Recipe, RecipeSettings } from '../contract/recipe.js';
import { isPlainObject } from '../errors/is-plain-object.js';
import { isPromise } from '../errors/is-promise.js';
import { checkRegistry } from '../contract/registry.js';
import { checkMeasurements } from '../policy/check-measurements.js';
import { matchesGlob, unmatchedGlobs, unmatchedOps } from '../policy/glob.js';
import { dataProblems, typeProblems } from './recipe-types.js';
import { wordValue } from '../errors/word-value.js';

const settings = [
  'weights',
  'bits',
  'granularity',
  'parameterStorage',
  'rounding',
] as const satisfies readonly (keyof RecipeSettings)[];

/** What a recipe and its parts may say; anything else is a misspelt name, and would do nothing. */
const members = {
  recipe: recipeMembers satisfies readonly (keyof Recipe)[],
  rule: ['match', ...settings],
  match: ['name', 'op'],
} as const;

/**
 * Checks what types alone cannot: that every member is known and of its type, and that every glob and operator fits a layer
 * or a weight of the model.
 *
 * @throws LowbitError `invalid-argument` with every problem, and what was probably meant.
 */
export function checkRecipe(recipe: Recipe, layers: readonly LayerDescriptor[]): void {
  checkIsRecipe(recipe);
  throwProblems([
    ...strangers(recipe, members.recipe, 'recipe'),
    ...typeProblems({ ...recipe }, 'recipe'),
    ...dataProblems(recipe.data, 'recipe.data'),
    ...withoutEffect(recipe),
    ...rulesProblems(recipe.rules, layers),
    ...unmatchedGlobs(texts(recipe.include), layers, 'include'),
    ...unmatchedGlobs(texts(recipe.exclude), layers, 'exclude'),
    ...unmatchedOps(texts(recipe.includeOps), layers, 'includeOps', matchesGlob),
    ...unmatchedOps(texts(recipe.excludeOps), layers, 'excludeOps', matchesGlob),
  ]);
  checkRegistry(recipe.registry);
  if (recipe.measurements !== undefined) checkMeasurements(recipe.measurements, 'recipe.measurements');
}

/** @throws LowbitError `invalid-argument` for what is no recipe at all. */
export function checkIsRecipe(value: unknown): void {
  const remedy = 'For instance { bits: 4 }; the members are those of Recipe.';
  checkArgument(isPlainObject(value), value, { where: 'recipe', expected: 'an object', remedy });
}

/** Members that would do nothing. A schedule is none of them: one recipe serves training and what it is compared with. */
function withoutEffect(recipe: Recipe): Problem[] {
  const { activationBits, activations, include, includeOps, features } = recipe;
  const problems: (Problem | false)[] = [
    activationBits !== undefined &&
      typeProblems({ activationBits }, 'recipe').length === 0 &&
      activations === undefined && {
        code: 'invalid-argument',
        where: 'recipe.activationBits',
        expected: 'activations beside it, a quantizer of activations',
        received: 'no activations',
        remedy: 'Name one, for instance activations: minMax(), or leave activationBits out.',
      },
    features !== undefined &&
      !isPromise(features) &&
      !(features?.layers instanceof Map && features.labels !== undefined) && {
        code: 'invalid-argument',
        where: 'recipe.features',
        expected: 'labels, and layers by id in a Map',
        received: wordValue(features),
        remedy: 'Pass what features(batches) of the port gives.',
      },
    isEmpty(include) && {
      ...includesNothing('recipe.include', 'name'),
      remedy: "Leave include out to quantize everything, or name layers: include: ['decoder*'].",
    },
    isEmpty(includeOps) && {
      ...includesNothing('recipe.includeOps', 'operator'),
      remedy: "Leave includeOps out to quantize everything, or name operators: includeOps: ['Conv*'].",
    },
  ];
  return problems.filter((problem): problem is Problem => problem !== false);
}

const isEmpty = (list: unknown) => Array.isArray(list) && list.length === 0;

function includesNothing(where: string, noun: string): Problem {
  return {
    code: 'invalid-argument',
    where,
    expected: `at least one ${noun} or glob`,
    received: 'an empty list, which would leave every weight as it is',
  };
}

/** Texts of a list; whatever else stands there is told as a problem of its type. */
function texts(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.filter((text): text is string => typeof text === 'string') : [];
}

function rulesProblems(rules: unknown, layers: readonly LayerDescriptor[]): Problem[] {
  if (rules === undefined) return [];
  if (!Array.isArray(rules))
    return [invalidRule('recipe.rules', "[{ match: { op: 'Conv' }, bits: 4 }]", rules)];
  return rules.flatMap((rule: unknown, i) => ruleProblems(rule, layers, `rules[${i}]`));
}

function ruleProblems(rule: unknown, layers: readonly LayerDescriptor[], where: string): Problem[] {
  const place = `recipe.${where}`;
  if (typeof rule !== 'object' || rule === null)
    return [invalidRule(place, "{ match: { op: 'Conv' }, bits: 4 }", rule)];
  const { match, ...others } = rule as { match?: unknown };
  const known = [...strangers(rule, members.rule, place), ...typeProblems(others, place)];
  if (typeof match !== 'object' || match === null)
    return [...known, invalidRule(`${place}.match`, "{ name: 'decoder*' } or { op: 'Conv' }", match)];
  const { name, op } = match as { name?: unknown; op?: unknown };
  const rest = strangers(match, members.match, `${place}.match`);
  // A rule without a condition would change everything, which the recipe itself does already.
  if (name === undefined && op === undefined && rest.length === 0)
    rest.push({
      ...invalidRule(`${place}.match`, "{ name: 'decoder*' } or { op: 'Conv' }", '{}'),
      remedy: 'Settings for every layer are members of the recipe itself, without a rule.',
    });
  const problems = [
    ...known,
    ...rest,
    ...unmatchedGlobs(texts([name]), layers, `${where}.match.name`),
    ...unmatchedOps(texts([op]), layers, `${where}.match.op`),
    ...[name, op]
      .filter((text) => text !== undefined && typeof text !== 'string')
      .map((text) => invalidRule(`${place}.match`, 'text', text)),
  ];
  const changes = settings.some((setting) => (others as RecipeSettings)[setting] !== undefined);
  return problems.length > 0 || changes ? problems : [noSetting(place)];
}

function noSetting(place: string): Problem {
  return {
    ...invalidRule(place, `a setting beside match: ${settings.join(', ')}`, 'match alone'),
    remedy: 'Say what is different for what it matches, for instance bits: 4; or leave the rule out.',
  };
}

function invalidRule(where: string, expected: string, received: unknown): Problem {
  return {
    code: 'invalid-argument',
    where,
    expected,
    received: typeof received === 'string' ? received : wordValue(received),
  };
}

function strangers(part: object | undefined, known: readonly string[], where: string): Problem[] {
  const names = Object.keys(part ?? {}).filter((name) => !known.includes(name));
  return names.map((name) => ({
    code: 'invalid-argument',
    where,
    expected: `the members ${known.join(', ')}`,
    received: name,
    ...(Object.hasOwn(quantizeTypes, name) ? { remedy: thirdArgument(name) } : suggestPlace(name, known)),
  }));
}
