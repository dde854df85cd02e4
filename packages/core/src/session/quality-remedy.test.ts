import { expect, it } from 'vitest';
import type { Recipe } from '../contract/recipe.js';
import { LowbitError } from '../errors/error.js';
import type { DataDefaults } from '../plan/data-defaults.js';
import { withQualityRemedy } from './quality-remedy.js';

const given = new LowbitError({ code: 'budget-infeasible', where: 'budget', remedy: 'Offer wider choices.' });
const withRounder: DataDefaults = { rounding: 'auto', biases: true };
const remedyOf = (recipe: Recipe, defaults: DataDefaults, isThorough: boolean) =>
  withQualityRemedy(given, { recipe, defaults }, isThorough).remedy;

it.each<[Recipe, DataDefaults, boolean]>([
  // Codes and biases of 8 bits were tried, as nothing else was said.
  [{}, withRounder, true],
  [{ rounding: 'auto', correctBiases: true }, withRounder, false],
  [{ rounding: { name: 'own', options: {} } as never, correctBiases: true }, withRounder, false],
  [{}, { biases: false }, false],
])('names nothing where data decide all that they can: %j', (recipe, defaults, isThorough) => {
  expect(remedyOf(recipe, defaults, isThorough)).toBe('Offer wider choices.');
});

it.each<[Recipe, DataDefaults, string]>([
  [
    { rounding: 'auto' },
    withRounder,
    'Or have data choose biases of 8 bits too: correctBiases: true (command line: --correct-biases).',
  ],
  [
    { rounding: 'nearest', correctBiases: true },
    withRounder,
    "Or have data choose codes of 8 bits too: rounding: 'auto' (command line: --rounding auto).",
  ],
  [
    { rounding: 'nearest', correctBiases: false },
    withRounder,
    "Or have data choose codes and biases of 8 bits too: rounding: 'auto', correctBiases: true (command line: --rounding auto --correct-biases).",
  ],
  [
    {},
    { biases: true },
    'Or have data choose biases of 8 bits too: correctBiases: true (command line: --correct-biases).',
  ],
])('names what data were not asked to decide: %j', (recipe, defaults, way) => {
  expect(remedyOf(recipe, defaults, false)).toBe(`Offer wider choices. ${way}`);
});
