import { expect, it } from 'vitest';
import type { BudgetItem, BudgetProblem } from './budget-problem.js';
import { uniformChoices } from './uniform-choices.js';

const item = (id: string, keys: readonly string[]): BudgetItem => ({
  ids: [id],
  values: 1,
  options: keys.map((key, rank) => ({
    key,
    bits: key.startsWith('float') ? 'float' : Number.parseInt(key),
    storedBytes: rank,
    valueBytes: rank,
    loss: 0,
    bitOperations: 0,
    rank,
  })),
});
const problem = (...items: readonly BudgetItem[]): BudgetProblem => ({
  items,
  ranks: 8,
  isMeasured: true,
  otherBytes: 0,
  otherWeightBytes: 0,
});
const chosen = (given: BudgetProblem, isFitting = () => true) =>
  uniformChoices(given, isFitting).map(({ choice }) => Object.values(choice));

it('gives the two widest that fit of each family', () => {
  const keys = ['2', '4', '8', '4 by mse', '8 by mse', 'float'];
  const all = problem(item('a', keys), item('b', keys));
  expect(chosen(all)).toEqual([
    ['8', '8'],
    ['4', '4'],
    ['8 by mse', '8 by mse'],
    ['4 by mse', '4 by mse'],
  ]);
  const isNarrow = ({ options }: { readonly options: readonly number[] }) => options.every((at) => at < 2);
  expect(uniformChoices(all, isNarrow).map(({ options }) => options)).toEqual([
    [1, 1],
    [0, 0],
  ]);
});

it('gives weights that may not have it the next wider one of its family, or of any, or their widest', () => {
  const all = problem(
    item('a', ['3', '6']),
    item('wider', ['4', '8', '6 by mse']),
    item('other', ['2 by mse', '8 by mse']),
    item('narrow', ['2']),
    item('left', ['float']),
  );
  expect(chosen(all)[1]).toEqual(['6', '8', '8 by mse', '2', 'float']);
});
