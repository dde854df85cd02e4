import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { isLowbitError } from '../errors/error.js';
import type { Recipe } from '../contract/recipe.js';
import { everywhere } from '../policy/policies.js';
import { checkRecipe } from './check-recipe.js';

const matrix = { shape: [2, 2], values: new Float32Array(4) };
const layers = await memoryPort({ 'encoder/query': matrix, 'encoder/key': matrix }).layers();

function problemsOf(recipe: object) {
  try {
    checkRecipe(recipe as Recipe, layers);
    return [];
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    return error.problems;
  }
}

test('members that are known and globs that fit are no problem', () => {
  const rules = [
    { match: { name: 'encoder/*' }, bits: 2 },
    { match: { op: 'Dense' }, weights: 'mse' },
  ];
  const globs = { include: ['layer-*', '*query'], exclude: ['encoder/ke?'], includeOps: ['D*'] };
  expect(problemsOf({ bits: 4, rules, ...globs, seed: 1 })).toEqual([]);
});

test.each([
  ['of the recipe', { bit: 4 }, 'recipe', 'bits'],
  ['of the recipe', { granularty: 'tensor' }, 'recipe', 'granularity'],
  ['of a rule', { rules: [{ match: { op: 'Dense' }, bist: 4 }] }, 'recipe.rules[0]', 'bits'],
  ['of what a rule matches', { rules: [{ match: { nam: '*' }, bits: 4 }] }, 'recipe.rules[0].match', 'name'],
  ['in include', { include: ['encoder/qery'] }, 'include', 'encoder/query'],
  ['in exclude', { exclude: ['encoder/keys'] }, 'exclude', 'encoder/key'],
  ['in includeOps', { includeOps: ['Denze'] }, 'includeOps', 'Dense'],
  ['in excludeOps', { excludeOps: ['dense'] }, 'excludeOps', 'Dense'],
  ['in a rule', { rules: [{ match: { name: 'encoder/kye' } }] }, 'rules[0].match.name', 'encoder/key'],
  ['of an operator', { rules: [{ match: { op: 'Denze' } }] }, 'rules[0].match.op', 'Dense'],
])('a name %s that is not known is a problem, with the one that was meant', (_, recipe, where, meant) => {
  expect(problemsOf(recipe)).toMatchObject([
    { code: 'invalid-argument', where, remedy: `Did you mean ${meant}?` },
  ]);
});

test('a glob that fits nothing is told with the names that there are, all problems at once', () => {
  const problems = problemsOf({ include: ['decoder*'], exclude: ['head', 'encoder/key'], bit: 2 });
  expect(problems.map(({ received }) => received)).toEqual(['bit', 'decoder*', 'head']);
  expect(problems[1]?.expected).toContain('encoder/query');
});

test.each([undefined, null, 4, 'bits'])('%s is no recipe', (recipe) => {
  const error = { code: 'invalid-argument', where: 'recipe', expected: 'an object' };
  expect(() => checkRecipe(recipe as never, layers)).toThrowError(expect.objectContaining(error));
});

test.each<[string, object, string, string]>([
  ['text in exclude', { exclude: 'encoder/key' }, 'recipe.exclude', "the text 'encoder/key'"],
  ['a pattern in excludeOps', { excludeOps: [/Conv/] }, 'recipe.excludeOps', '/Conv/'],
  ['a pattern in include', { include: [/key/] }, 'recipe.include', '/key/'],
  ['bits as text', { bits: '4' }, 'recipe.bits', "the text '4'"],
  [
    'bits of a rule as text',
    { rules: [{ match: { name: '*' }, bits: '4' }] },
    'recipe.rules[0].bits',
    "the text '4'",
  ],
  ['other bits of activations', { activationBits: '8' }, 'recipe.activationBits', "the text '8'"],
  ['a seed as text', { seed: 'x' }, 'recipe.seed', "the text 'x'"],
  ['a promise', { calibration: Promise.resolve({}) }, 'recipe.calibration', 'a promise'],
  ['rules that are no list', { rules: { match: {} } }, 'recipe.rules', 'an object'],
  ['a rule that is none', { rules: [4] }, 'recipe.rules[0]', '4'],
  ['a rule without a condition', { rules: [{ bits: 8 }] }, 'recipe.rules[0].match', 'undefined'],
  ['a condition that all fulfil', { rules: [{ match: {}, bits: 8 }] }, 'recipe.rules[0].match', '{}'],
  ['a pattern in a rule', { rules: [{ match: { name: /key/ } }] }, 'recipe.rules[0].match', '/key/'],
])('%s is a problem that says what is wanted', (_, recipe, where, received) => {
  expect(problemsOf(recipe)).toMatchObject([
    { code: 'invalid-argument', where, received, expected: expect.any(String) as string },
  ]);
});

test.each<[string, object, string, RegExp]>([
  ['where capture goes', { capture: 'once' }, 'recipe', /third argument: quantize\(port, recipe, \{ capture/],
  ['where progress goes', { onProgress: () => {} }, 'recipe', /third argument: quantize\(port, recipe,/],
  ['bits of activations alone', { activationBits: 4 }, 'recipe.activationBits', /activations:/],
  ['features of nothing', { features: {} }, 'recipe.features', /features\(batches\)/],
  ['an empty includeOps', { includeOps: [] }, 'recipe.includeOps', /Leave includeOps out/],
  ['an empty include', { include: [] }, 'recipe.include', /Leave include out/],
  ['a rule without a setting', { rules: [{ match: { name: '*' } }] }, 'recipe.rules[0]', /bits: 4/],
  ['a misspelt group', { granularity: 'groups:32' }, 'recipe.granularity', /'group:32'/],
  ['a group without a size', { granularity: 'group' }, 'recipe.granularity', /'group:32'/],
  ['a group of a large power', { granularity: 'group:1e9' }, 'recipe.granularity', /a whole number from 2/],
  ['a broken group', { granularity: 'group:1.5' }, 'recipe.granularity', /a whole number from 2/],
  ['a broken size', { granularity: 1.5 }, 'recipe.granularity', /a whole number from 2/],
  ['per-channel', { granularity: 'per-channel' }, 'recipe.granularity', /'channel'/],
  ['per-tensor', { granularity: 'per-tensor' }, 'recipe.granularity', /'tensor'/],
  ['a size alone', { granularity: 64 }, 'recipe.granularity', /'group:64'/],
  ['a misspelt granularity', { granularity: 'chanel' }, 'recipe.granularity', /'channel'/],
  ['two levels as text', { parameterStorage: 'two-level:6' }, 'recipe.parameterStorage', /bits: 6 }/],
])('%s is one problem that says what to write', (_, recipe, where, remedy) => {
  const problems = problemsOf(recipe as never);
  expect(problems).toMatchObject([{ where, remedy: expect.stringMatching(remedy) as string }]);
});

test.each([{ bits: NaN }, { parameterStorage: null }])('%s is one problem', (recipe) => {
  expect(problemsOf(recipe as never)).toHaveLength(1);
});

test.each([
  ['a promise', Promise.resolve({ bits: 4 })],
  ['a list', [{ bits: 4 }]],
])('%s is no recipe', (received, recipe) => {
  expect(() => checkRecipe(recipe as never, [])).toThrowError(
    expect.objectContaining({ code: 'invalid-argument', where: 'recipe', received }),
  );
});

test.each([
  ['bits', [4], 'a list', 'Write bits: 4, without brackets.'],
  ['bits', [4, 8], 'a list', undefined],
  ['bits', coarse(), 'a quantizer', undefined],
  ['weights', ['min-max'], 'a list', "Write weights: 'min-max', without brackets."],
  ['weights', 4, '4', undefined],
  ['weights', {}, 'an object', undefined],
  ['weights', everywhere(4), 'a policy', undefined],
  ['activations', [coarse()], 'a list', undefined],
  ['schedule', true, 'true', undefined],
] as const)('%s: %j is told by the name of the member', async (member, given, received, remedy) => {
  expect(problemsOf({ [member]: given })).toMatchObject([
    { code: 'invalid-argument', where: `recipe.${member}`, received, ...(remedy && { remedy }) },
  ]);
});
