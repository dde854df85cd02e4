import { expect, test } from 'vitest';
import { checkLoaded } from './check-loaded.js';
import { storeCheckpoint } from './store-checkpoint.js';

const whole = {
  format: 'lowbit-training',
  version: 1,
  plan: { format: 'lowbit-plan', version: 1, port: 'memory', seed: 0, weights: [] },
  rounds: [],
  memory: {},
  variables: new Map([['a', Float32Array.of(1)]]),
  frozen: new Map(),
};

test.each([
  ['a promise', Promise.resolve(whole), 'Await it: storeCheckpoint(await run.checkpoint()).'],
  [
    'a training run',
    { checkpoint: () => whole },
    'Ask it for a checkpoint: storeCheckpoint(await run.checkpoint()).',
  ],
  ['undefined', undefined, 'Give what run.checkpoint() or loadCheckpoint gave.'],
])('what is stored instead of a checkpoint is named: %s', (received, given, remedy) => {
  expect(() => storeCheckpoint(given as never)).toThrow(
    expect.objectContaining({
      code: 'checkpoint-invalid',
      where: 'storeCheckpoint',
      received,
      remedy,
    }) as Error,
  );
});

test.each([
  ['rounds', { rounds: 5 }],
  ['plan', { plan: null }],
  ['memory', { memory: null }],
  ["variable 'a'", { variables: new Map([['a', Float64Array.of(1)]]) }],
  [
    "frozen values of 'a'",
    { frozen: new Map([['a', { mask: new Uint8Array(1), values: new Float32Array(1), scheme: null }]]) },
  ],
])('a wrong member of a checkpoint is told with its place: %s', (place, members) => {
  expect(() => checkLoaded({ ...whole, ...members }, 'resume')).toThrow(
    expect.objectContaining({ code: 'checkpoint-invalid', where: `resume: ${place}` }) as Error,
  );
  expect(() => checkLoaded(whole, 'resume')).not.toThrow();
});
