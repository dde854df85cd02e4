import { expect, test } from 'vitest';
import { coarse } from '../../test/memory-port.js';
import { arrayOps } from '../ops/array.js';
import { backwardOf, forwardOf } from '../plugin/forward.js';
import type { FitContext, Quantizer, Site } from '../contract/quantizer.js';
import { assignBits } from '../policy/assign-bits.js';
import type { SliceParameters } from '../scheme/types.js';
import { fitRangesSafely, fitRowsSafely, fitSafely, fitTensorSafely, refitSafely } from './fit-safely.js';

const contextFor = (role: FitContext['role']): FitContext => ({
  role,
  bits: 4,
  options: {},
  random: () => 0.5,
});
const mine = (members: Partial<Quantizer>): Quantizer => ({ ...coarse(), name: 'mine', ...members });
const numbers = (...values: number[]) => Float32Array.from(values);

const refused: Readonly<Record<string, readonly [SliceParameters, string]>> = {
  'a scale that is NaN': [{ kind: 'affine', levels: 4, scale: NaN, offset: 0 }, 'NaN or infinite'],
  'an infinite offset': [{ kind: 'affine', levels: 4, scale: 1, offset: Infinity }, 'NaN or infinite'],
  'a scale beyond float32': [{ kind: 'affine', levels: 4, scale: 1e39 }, 'NaN or infinite'],
  'a negative scale': [{ kind: 'affine', levels: 4, scale: -1, offset: 0 }, '-1'],
  'too many levels': [{ kind: 'affine', levels: 4000, scale: 1, offset: 0 }, '4000 levels'],
  'a value that is NaN': [{ kind: 'codebook', values: numbers(0, NaN) }, 'NaN or infinite'],
  'descending values': [{ kind: 'codebook', values: numbers(1, 0, -1), scale: 1 }, '0 after 1'],
  'a negative scale of a codebook': [{ kind: 'codebook', values: numbers(-1, 1), scale: -2 }, '-2'],
  'a value beyond float32 once scaled': [
    { kind: 'codebook', values: numbers(-1e30, 1), scale: 1e30 },
    'NaN or infinite',
  ],
  'a threshold too few': [{ kind: 'codebook', values: numbers(-1, 0, 1), thresholds: numbers(0.5) }, '1'],
  'descending thresholds': [
    { kind: 'codebook', values: numbers(-1, 0, 1), thresholds: numbers(0.5, -0.5) },
    '-0.5 after 0.5',
  ],
  'a negative scale of signs': [{ kind: 'residual', scales: numbers(1, -0.5) }, '-0.5'],
  'too many signs': [{ kind: 'residual', scales: new Float32Array(5) }, '32 levels'],
};

test.each(Object.keys(refused))('no verb of a plugin may give %s, for weights or activations', (what) => {
  const [parameters, received] = refused[what]!;
  const one = numbers(1, 2);
  const error = (place: string) =>
    expect.objectContaining({
      code: 'plugin-failed',
      where: `quantizer 'mine' at ${place}`,
      received: expect.stringContaining(received) as string,
    }) as Error;
  const fit = () => parameters;
  for (const role of ['weight', 'activation'] as const)
    expect(() => fitSafely(mine({ fit }), one, contextFor(role), role)).toThrow(error(role));
  const previous: SliceParameters = { kind: 'affine', levels: 2, scale: 1, offset: 0 };
  const again = { ...contextFor('weight'), previous, frozen: new Uint8Array(2) };
  expect(() => refitSafely(mine({ refit: fit }), one, again, 'a')).toThrow(error('a'));
  const fitTensor = () => [parameters];
  expect(() => fitTensorSafely(mine({ fitTensor }), [one], contextFor('weight'), 'a')).toThrow(error('a'));
  if (parameters.kind !== 'affine') return;
  const { levels, scale, offset = 0 } = parameters;
  const fitRanges = () => ({
    kind: 'affine' as const,
    levels,
    scale: numbers(scale),
    offset: numbers(offset),
  });
  const ranges = { min: numbers(1), max: numbers(2) };
  expect(() => fitRangesSafely(mine({ fitRanges }), ranges, contextFor('weight'), 'a')).toThrow(error('a'));
  const rows = mine({ fitRows: fitRanges });
  expect(() => fitRowsSafely(rows, one, one.length, contextFor('weight'), 'a')).toThrow(error('a'));
});

test('a fit of a tensor with an entry too few is told with its verb and count, and nothing of promises', () => {
  const fitTensor = () => [{ kind: 'affine' as const, levels: 4, scale: 1 }];
  const slices = [numbers(1), numbers(2)];
  let caught: unknown;
  try {
    fitTensorSafely(mine({ fitTensor }), slices, contextFor('weight'), "weight 'w'");
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({ where: "quantizer 'mine' at weight 'w'", received: '1 of them' });
  expect(String(caught)).toMatch(/fitTensor.*2 slices/);
  expect(String(caught)).not.toMatch(/promise/);
});

const site: Site<unknown> = {
  role: 'weight',
  bits: 4,
  options: {},
  parameters: { kind: 'residual', scales: [] },
};

/** What a plugin may return where results are wanted at once; a rejection that nobody takes fails the test run. */
const promises = {
  fit: (result: never) => fitSafely(mine({ fit: () => result }), numbers(1), contextFor('weight'), 'a'),
  fitTensor: (result: never) =>
    fitTensorSafely(mine({ fitTensor: () => result }), [numbers(1)], contextFor('weight'), 'a'),
  fitRanges: (result: never) =>
    fitRangesSafely(
      mine({ fitRanges: () => result }),
      { min: numbers(0), max: numbers(1) },
      contextFor('weight'),
      'a',
    ),
  fitRows: (result: never) =>
    fitRowsSafely(mine({ fitRows: () => result }), numbers(1), 1, contextFor('weight'), 'a'),
  forward: (result: never) =>
    forwardOf(mine({ forward: () => result }))(arrayOps, { shape: [1, 1], data: numbers(1) }, site as never),
  backward: (result: never) => {
    const x = { shape: [1, 1], data: numbers(1) };
    return backwardOf(mine({ backward: () => result }))(arrayOps, x, x, site as never);
  },
  assign: (result: never) =>
    assignBits({ kind: 'policy', api: 2, name: 'mine', assign: () => result }, [], []),
};

test.each(Object.entries(promises))(
  'a promise of a plugin is refused, and its rejection taken: %s',
  async (_, run) => {
    const rejecting = Promise.reject(new Error('of the plugin')) as never;
    expect(() => run(rejecting)).toThrow(expect.objectContaining({ code: 'plugin-failed' }) as Error);
    await new Promise((resolve) => setTimeout(resolve, 0));
  },
);

test.each([
  [
    'two for one weight',
    [
      { id: 'a', bits: 4, reason: '' },
      { id: 'a', bits: 2, reason: '' },
    ],
    { received: 'two for a' },
  ],
  [
    'a misspelt member',
    [{ id: 'a', bits: 4, bit: 2, reason: '' }],
    { received: 'bit', remedy: 'Did you mean bits?' },
  ],
])('assignments of a policy that are not to be carried out are told with its name: %s', (_, list, told) => {
  const run = () => assignBits({ kind: 'policy', api: 2, name: 'mine', assign: () => list }, [], []);
  expect(run).toThrow(
    expect.objectContaining({ code: 'plugin-failed', where: "policy 'mine'", ...told }) as Error,
  );
});

test.each([1, 3])('promises in a list of %i that fitTensor returns are taken too', async (count) => {
  const fitTensor = () => Array.from({ length: count }, () => Promise.reject(new Error('of the plugin')));
  const run = () =>
    fitTensorSafely(
      mine({ fitTensor: fitTensor as never }),
      [numbers(1), numbers(2), numbers(3)],
      contextFor('weight'),
      'a',
    );
  expect(run).toThrow(expect.objectContaining({ code: 'plugin-failed' }) as Error);
  await new Promise((resolve) => setTimeout(resolve, 0));
});

test.each([
  [
    'throws',
    () => {
      throw new Error('boo');
    },
    'boo',
  ],
  ['gives nothing', () => undefined, 'nothing'],
  ['gives a number', () => 3, '3'],
  ['gives a number as x', () => ({ x: 3 }), '3'],
])('a backward pass that %s is told with its name', (_, backward, received) => {
  const x = { shape: [1, 1], data: numbers(1) };
  const run = () => backwardOf(mine({ backward: backward as never }))(arrayOps, x, x, site as never);
  expect(run).toThrow(
    expect.objectContaining({
      code: 'plugin-failed',
      where: "quantizer 'mine': backward",
      received,
    }) as Error,
  );
});
