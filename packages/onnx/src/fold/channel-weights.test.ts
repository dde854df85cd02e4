import { expect, it } from 'vitest';
import { scaleChannels, sumChannels } from './channel-weights.js';
import type { ChannelRuns } from '../operators/operator.js';

/** Two rows of three: a row is a channel, or a column is. */
const rows: ChannelRuns = { length: 3, step: 0, channelOf: (run) => run };
const columns: ChannelRuns = { length: 3, step: 1, channelOf: () => 0 };
const weights = () => Float32Array.of(1, 2, 3, 4, 5, 6);

it('multiplies each channel by its own factor', () => {
  const [byRow, byColumn] = [weights(), weights()];
  scaleChannels(byRow, rows, Float64Array.of(10, -1));
  scaleChannels(byColumn, columns, Float64Array.of(1, 0, 2));
  expect([...byRow]).toEqual([10, 20, 30, -4, -5, -6]);
  expect([...byColumn]).toEqual([1, 0, 6, 4, 0, 12]);
});

it('sums the weights of each channel', () => {
  expect([...sumChannels(weights(), rows, 2)]).toEqual([6, 15]);
  expect([...sumChannels(weights(), columns, 3)]).toEqual([5, 7, 9]);
});
