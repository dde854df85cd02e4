import type { ChannelRuns } from '../operators/operator.js';

/** A number for each channel. */
export function perChannel(channels: number, numberOf: (channel: number) => number): Float64Array {
  const numbers = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel++) numbers[channel] = numberOf(channel);
  return numbers;
}

/** Multiplies weights by a factor for each output channel, in place. */
export function scaleChannels(values: Float32Array, runs: ChannelRuns, factors: Float64Array): void {
  eachRun(values.length, runs, (from, to, channel) => {
    if (runs.step === 0) return scaleRun(values, from, to, factors[channel] as number);
    for (let i = from, c = channel; i < to; i++, c++) values[i] = values[i]! * factors[c]!;
  });
}

function scaleRun(values: Float32Array, from: number, to: number, factor: number): void {
  for (let i = from; i < to; i++) values[i] = values[i]! * factor;
}

/** The sum of the weights of each output channel. */
export function sumChannels(values: Float32Array, runs: ChannelRuns, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  eachRun(values.length, runs, (from, to, channel) => {
    if (runs.step === 0) sums[channel] = sumRun(values, from, to, sums[channel]!);
    else for (let i = from, c = channel; i < to; i++, c++) sums[c]! += values[i]!;
  });
  return sums;
}

function sumRun(values: Float32Array, from: number, to: number, before: number): number {
  let sum = before;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum;
}

function eachRun(
  count: number,
  { length, channelOf }: ChannelRuns,
  visit: (from: number, to: number, channel: number) => void,
): void {
  for (let run = 0; run * length < count; run++) visit(run * length, (run + 1) * length, channelOf(run));
}
