import type { ChannelRuns } from './linear-unit.js';

/** Multiplies weights by a factor for each output channel, in place. */
export function scaleChannels(values: Float32Array, runs: ChannelRuns, factors: Float64Array): void {
  eachRun(values.length, runs, (from, to, channel) => {
    for (let i = from, c = channel; i < to; i++, c += runs.step) {
      values[i] = (values[i] as number) * (factors[c] as number);
    }
  });
}

/** The sum of the weights of each output channel. */
export function sumChannels(values: Float32Array, runs: ChannelRuns, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  eachRun(values.length, runs, (from, to, channel) => {
    for (let i = from, c = channel; i < to; i++, c += runs.step) sums[c]! += values[i] as number;
  });
  return sums;
}

function eachRun(
  count: number,
  { length, channelOf }: ChannelRuns,
  visit: (from: number, to: number, channel: number) => void,
): void {
  for (let run = 0; run * length < count; run++) visit(run * length, (run + 1) * length, channelOf(run));
}
