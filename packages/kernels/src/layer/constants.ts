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

/** What weights of 4 bits stand for, −8 first; `undefined` for other widths. */
export function levelsOf({ bits, levels }: IntegerWeights): Int8Array | undefined {
  if (bits !== 4) return undefined;
  return Int8Array.from({ length: 16 }, (_, at) => levels?.[at] ?? at - 8);
}

/** What is done to the sums of the first of two orders: scales alone. */
export function firstOrder({ scales, biases }: ChannelConstants): ChannelConstants {
  const none = { shifts: undefined, slopes: undefined, lowest: -Infinity, highest: Infinity };
  return { scales, biases: new Float32Array(biases.length), ...none };
}
