import type { Epilogue, IntegerWeights } from './layer.js';

/** What an output channel has of its own, float32. */
export interface ChannelConstants {
  readonly scales: Float32Array;
  /** `undefined` where all are 0. */
  readonly shifts: Float32Array | undefined;
  readonly biases: Float32Array;
  /** `undefined` where nothing is multiplied. */
  readonly slopes: Float32Array | undefined;
  readonly lowest: number;
  readonly highest: number;
}

/** The constants of all channels. */
export function channelConstants(
  weights: IntegerWeights,
  epilogue: Epilogue,
  channels: number,
): ChannelConstants {
  const spread = (given: ArrayLike<number>) =>
    Float32Array.from({ length: channels }, (_, channel) => given[given.length === 1 ? 0 : channel]!);
  const shifts = weights.shifts && spread(weights.shifts);
  return {
    scales: spread(weights.scales),
    shifts: shifts?.some((shift) => shift !== 0) ? shifts : undefined,
    biases: spread(epilogue.bias ?? [0]),
    slopes: epilogue.slopes && spread(epilogue.slopes),
    lowest: Math.fround(epilogue.lowest ?? -Infinity),
    highest: Math.fround(epilogue.highest ?? Infinity),
  };
}
