/**
 * Which convolutions and products are worth computing in integers: estimates of time, fitted to onnxruntime-web 1.30 on
 * WebAssembly, one thread, with 23 convolutions of 3 … 384 channels and 10 products. All in nanoseconds for one output
 * position (a pixel, a row); what they are used for is their ratio. Deviations of the fit are below 20 %. Where there are few positions,
 * what is done once counts too.
 */

import type { Geometry } from '../operators/operator.js';

/** `operators`: ConvInteger, float results. `qdq`: fused to QLinearConv, 8-bit results. */
export type IntegerForm = 'operators' | 'qdq';

/** `faster`: operators, where the network gains by them. */
export type IntegerChoice = IntegerForm | 'faster';

/** Multiply-accumulates in a nanosecond. */
const rates = { float: 11, rnn: 5, convInteger: 30, qLinearConv: 27, matMulInteger: 28 };
/** What surrounds the products of one step of a layer with a state. */
const step = 500;
/** One value: rounded to 8 bits, moved to another layout, written as int32, cast, scaled, shifted. */
const [quantize, transpose, write, cast, scale, shift, dequantize, requantize] = [
  0.55, 0.4, 0.3, 0.6, 0.3, 0.3, 0.3, 2.45,
];
/**
 * One value gathered into a window, by the axes that it has: `ConvInteger` has a short way for pictures alone, as which those of signals are
 * written. Three axes are fitted to two networks of three convolutions each; their ratios of float to integers are right within 15 %.
 */
const gatherOf = (axes: number): number => (axes <= 2 ? 0.27 : 8.7);

/**
 * Nanoseconds of one run, however many positions there are: what is left of the times of 35 single layers, of 16 … 512 channels and 1 … 784
 * positions, which `npm run layers -w e2e/proof-onnx` measures. Ratios of float to integers are right within 35 % there.
 */
const once = {
  /** One operator more or less. */
  node: 1000,
  /** What is written around the multiplication. */
  steps: { Conv: 3500, product: 2300 },
  /** Places for windows that are gathered. */
  windows: { float: 4000, integers: 5000 },
  /** Each weight is laid out anew, or read for too few positions. */
  weight: { Conv: 0.35, product: 0.093 },
  /** Each byte of a matrix beyond what caches hold. */
  byte: 0.03,
};
const cachedBytes = 2 ** 20;
/** Positions of a convolution that floats are computed for together. */
const together = 16;

/** Only clear gains are taken: the quantization costs accuracy in any case. */
const leastGain = 1.25;

const depthwiseReason = 'computed in floats: depthwise convolutions get slower in integers on WebAssembly';
const smallGainReason = 'computed in floats: integers would not be faster at this shape on WebAssembly';

/** Where a convolution or product stands, as far as it costs time. */
export interface Place {
  /** Positions of one sample. */
  readonly positions: number;
  /** Whether runtimes compute the operator behind it along with it in floats, and by itself in integers. */
  readonly fusesNext: boolean;
}

/** Nanoseconds of one run on one sample. */
export interface LayerTimes {
  readonly float: number;
  readonly integers: number;
}

/**
 * Why integers would not make the operator faster; `undefined` when they do.
 *
 * @param place Absent: there are so many positions that nothing else counts.
 */
export function slowerReason(geometry: Geometry, form: IntegerForm, place?: Place): string | undefined {
  if (geometry.depthwise) return depthwiseReason;
  const { float, integers } =
    place === undefined
      ? { float: floatTime(geometry), integers: integerTime(geometry, form) }
      : layerTimes(geometry, form, place);
  return float / integers < leastGain ? smallGainReason : undefined;
}

/** What an operator takes in floats, and in integers with all that is written around it. */
export function layerTimes(geometry: Geometry, form: IntegerForm, place: Place): LayerTimes {
  const { op, products, outputs, gathers } = geometry;
  const { positions, fusesNext } = place;
  const isConv = op === 'Conv';
  const kind = isConv ? 'Conv' : 'product';
  const weights = products * outputs;
  const rounded = isConv ? together * Math.ceil(positions / together) : positions;
  const beyond = (bytes: number) => (isConv ? 0 : once.byte * Math.max(0, bytes - cachedBytes));
  const windows = gathers ? once.windows : { float: 0, integers: 0 };
  const next = fusesNext ? once.node + scale * outputs * positions : 0;
  return {
    float: once.node + windows.float + rounded * floatTime(geometry) + beyond(4 * weights),
    integers:
      once.node +
      once.steps[kind] +
      windows.integers +
      once.weight[kind] * weights +
      positions * integerTime(geometry, form) +
      next,
  };
}

/** What any other operator takes: for each value that it gives, and each product summed for that. */
export const otherTime = (outputs: number, products: number): number =>
  once.node + outputs * (scale + products / rates.float);

/**
 * What a layer with a state takes, fitted to LSTM, GRU and RNN of 16 … 256 units over 16 … 128 steps, within 35 %.
 *
 * @param steps Of all directions and samples, one after the other.
 * @param macs Multiply-accumulates of one of them.
 */
export const recurrentTime = (op: string, steps: number, macs: number): number =>
  once.node + steps * (step + macs / (op === 'RNN' ? rates.rnn : rates.float));

function floatTime({ products, outputs }: Geometry): number {
  return (products * outputs) / rates.float;
}

function integerTime({ op, products, outputs, inputs, gathers, axes }: Geometry, form: IntegerForm): number {
  const macs = products * outputs;
  if (op !== 'Conv')
    return quantize * inputs + macs / rates.matMulInteger + (write + scale + shift) * outputs;
  if (form === 'qdq') {
    const moves = (quantize + transpose) * inputs + (transpose + dequantize) * outputs;
    return moves + macs / rates.qLinearConv + requantize * outputs;
  }
  const window = gathers ? gatherOf(axes) * products : 0;
  return quantize * inputs + window + macs / rates.convInteger + (write + cast + scale + shift) * outputs;
}
