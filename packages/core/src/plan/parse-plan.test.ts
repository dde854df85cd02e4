import { expect, test } from 'vitest';
import { coarse } from '../../test/memory-port.js';
import { isLowbitError } from '../errors/error.js';
import { registry, type Registry } from '../contract/registry.js';
import { parsePlan } from './parse-plan.js';

const entry = {
  id: 'w',
  layer: 'first',
  bits: 4,
  quantizer: { name: 'min-max', options: {} },
  granularity: 'channel',
  parameterStorage: { kind: 'two-level', bits: 6 },
  reason: 'all',
};
const site = { id: 'a', bits: 8, quantizer: entry.quantizer, reason: 'all' };
const plan = {
  format: 'lowbit-plan',
  version: 1,
  port: 'memory',
  seed: 0,
  weights: [entry, { id: 'v', layer: 'last', bits: 'float', reason: 'excluded' }],
  activations: [site],
  biases: [{ layer: 'first', reason: 'all' }],
  form: { target: 'any' },
  averageBits: 8.5,
  decided: { weights: { w: '8 0 0' }, activations: { a: '8 0 0' } },
};

function problemsOf(value: unknown, known?: Registry) {
  try {
    parsePlan(value, 'plan.json', known);
    return [];
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    return error.problems;
  }
}

test('a plan with everything that it may say is taken as it is', () => {
  expect(parsePlan(plan, 'plan.json')).toBe(plan);
});

test.each([
  ['of the plan', { ...plan, weigths: [] }, 'plan.json', 'weights'],
  ['of a weight', { ...plan, weights: [{ ...entry, bit: 2 }] }, 'plan.json: weights[0]', 'bits'],
  ['of a site', { ...plan, activations: [{ ...site, reson: '' }] }, 'plan.json: activations[0]', 'reason'],
  [
    'of a bias',
    { ...plan, biases: [{ layr: '', layer: 'first', reason: '' }] },
    'plan.json: biases[0]',
    'layer',
  ],
  [
    'of a quantizer',
    { ...plan, weights: [{ ...entry, quantizer: { ...entry.quantizer, option: {} } }] },
    'plan.json: weights[0].quantizer',
    'options',
  ],
])('an unknown member %s is a problem, with the one that was meant', (_, value, where, meant) => {
  expect(problemsOf(value)).toMatchObject([
    { code: 'plan-invalid', where, remedy: `Did you mean ${meant}?` },
  ]);
});

test.each([[[]], [{}], [{ weights: { w: 8 } }], [{ weights: {}, activations: [] }]])(
  'what a plan remembers of its entries is texts, not %j',
  (decided) => {
    expect(problemsOf({ ...plan, decided })).toMatchObject([
      { code: 'plan-invalid', where: 'plan.json: decided' },
    ]);
  },
);

test('what is no plan at all is one problem', () => {
  for (const value of [null, [], 1, 'plan', { report: {} }, { ...plan, format: 'other' }])
    expect(problemsOf(value)).toMatchObject([{ code: 'plan-invalid', where: 'plan.json' }]);
});

test('every unknown member is told', () => {
  expect(problemsOf({ ...plan, a: 1, b: 2 }).map(({ received }) => received)).toEqual(['a', 'b']);
});

test.each([
  ['mse', 'Write { "name": "mse", "options": {} }; an option that is left out has its default.'],
  ['float', "A weight that stays as it is has bits: 'float' and no quantizer."],
])("a quantizer that is the text '%s' is told as one problem, with what to write", (quantizer, remedy) => {
  expect(problemsOf({ ...plan, weights: [{ ...entry, quantizer }] })).toMatchObject([
    { where: 'plan.json: weights[0].quantizer', expected: '{ name, options }', remedy },
  ]);
});

test('all that is wrong with an edited plan is told at once: widths, members, names and options', () => {
  const weights = [
    { ...entry, bits: 0 },
    { ...entry, bits: 'flaot', quantizr: 1 },
    { ...entry, quantizer: { name: 'min-mx', options: {} } },
    { ...entry, quantizer: { name: 'min-max', options: { grid: 'x' } } },
    { ...entry, bits: 0, quantizer: { name: 'min-max', options: { grid: 'x' } } },
  ];
  const problems = problemsOf({ ...plan, weights, activations: undefined }, registry([coarse()]));
  expect(problems.map(({ where, remedy }) => [where, remedy])).toEqual([
    ['plan.json: weights[0].bits', undefined],
    ['plan.json: weights[1].bits', 'Did you mean float?'],
    ['plan.json: weights[4].bits', undefined],
    ['plan.json: weights[1]', 'Did you mean quantizer?'],
    ['plan.json: weights[2]', 'Did you mean min-max?'],
    [
      "plan.json: weights[3], quantizer 'min-max': option 'grid'",
      'Leave it out: with options {} each option has its default.',
    ],
    [
      "plan.json: weights[4], quantizer 'min-max': option 'grid'",
      'Leave it out: with options {} each option has its default.',
    ],
  ]);
});
