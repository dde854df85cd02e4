import { expect, test } from 'vitest';
import { parseState, stateText, type RunState } from './state.js';

test('a state is the same after it was stored', () => {
  const state: RunState = {
    round: 2,
    epochs: 1,
    seconds: 12.5,
    checkpoint: {
      format: 'lowbit-training',
      version: 1,
      plan: { format: 'lowbit-plan', version: 1, port: 'tfjs', seed: 0, weights: [] } as never,
      rounds: [],
      memory: { seen: 1 },
      frozen: new Map(),
      variables: new Map([['conv1/kernel', Float32Array.of(0.1, -2)]]),
    },
    inRound: {
      variables: new Map([['conv1/kernel', Float32Array.of(0.25, 1e-9)]]),
      optimizer: [{ name: 'iter', shape: [], type: 'int32', values: Float32Array.of(7) }],
    },
  };
  const { plan, ...again } = parseState(stateText(state)).checkpoint!;
  expect(plan.weights).toEqual([]);
  expect(again).toMatchObject({ memory: { seen: 1 }, variables: state.checkpoint!.variables });
  expect(parseState(stateText(state))).toMatchObject({
    round: 2,
    epochs: 1,
    seconds: 12.5,
    inRound: state.inRound,
  });
});
