import { expect, it } from 'vitest';

import type { ModelValue, RunnableModel } from '@lowbit/core/adapter';
import { alignNames } from './align-names.js';

const value = (name: string): ModelValue => ({ name, type: 'float32', shape: [1] });

/** Gives each output the first number of the input in the same place. */
function session(inputs: readonly string[], outputs: readonly string[]): RunnableModel {
  return {
    name: 'model.json',
    inputs: inputs.map(value),
    outputs: outputs.map(value),
    run: async (given) =>
      Object.fromEntries(
        outputs.map((name, i) => [name, { shape: [1], data: given[inputs[i]!]!.data }] as const),
      ),
    close: () => undefined,
  };
}

it('gives the names of another by place, and runs under them', async () => {
  const aligned = alignNames(session(['input_7', 'input_8'], ['p', 'q']), session(['a', 'b'], ['x', 'y']));
  expect(aligned.inputs.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(aligned.outputs.map(({ name }) => name)).toEqual(['x', 'y']);
  const result = await aligned.run({ a: { shape: [1], data: [1] }, b: { shape: [1], data: [2] } });
  expect([result['x']?.data, result['y']?.data]).toEqual([[1], [2]]);
});

it('leaves names that are the same in another order, and another number of values', () => {
  const swapped = session(['b', 'a'], ['x']);
  expect(alignNames(swapped, session(['a', 'b'], ['x']))).toBe(swapped);
  const more = session(['a', 'b', 'c'], ['x']);
  expect(alignNames(more, session(['d', 'e'], ['x']))).toBe(more);
});

it('goes by names that mean the same before it goes by places', async () => {
  const aligned = alignNames(
    session(['right', 'mic left'], ['p q', 'r']),
    session(['mic_left', 'right'], ['r', 'p_q']),
  );
  expect(aligned.inputs.map(({ name }) => name)).toEqual(['mic_left', 'right']);
  const result = await aligned.run({
    mic_left: { shape: [1], data: [1] },
    right: { shape: [1], data: [2] },
  });
  expect([result['p_q']?.data, result['r']?.data]).toEqual([[2], [1]]);
});
