/**
 * Which convolutions and products are worth computing in integers: estimates of time, fitted to onnxruntime-web 1.30 on
 * WebAssembly, one thread, with 23 convolutions of 3 … 384 channels and 10 products. All in nanoseconds for one output
 * position (a pixel, a row); what they are used for is their ratio. Deviations of the fit are below 20 %.
 */

import type { Geometry } from '../operators/operator.js';

/** `operators`: ConvInteger, float results. `qdq`: fused to QLinearConv, 8-bit results. */
export type IntegerForm = 'operators' | 'qdq';

/** Multiply-accumulates in a nanosecond. */
const rates = { float: 11, convInteger: 30, qLinearConv: 27, matMulInteger: 28 };
/** One value: rounded to 8 bits, moved to another layout, gathered into a window, written as int32, cast, scaled, shifted. */
const [quantize, transpose, gather, write, cast, scale, shift, dequantize, requantize] = [
  0.55, 0.4, 0.27, 0.3, 0.6, 0.3, 0.3, 0.3, 2.45,
];

/** Only clear gains are taken: the quantization costs accuracy in any case. */
const leastGain = 1.25;

const depthwiseReason = 'computed in floats: depthwise convolutions get slower in integers on WebAssembly';
const smallGainReason = 'computed in floats: integers would not be faster at this shape on WebAssembly';

/** Why integers would not make the operator faster; `undefined` when they do. */
export function slowerReason(geometry: Geometry, form: IntegerForm): string | undefined {
  if (geometry.depthwise) return depthwiseReason;
  const gain = floatTime(geometry) / integerTime(geometry, form);
  return gain < leastGain ? smallGainReason : undefined;
}

function floatTime({ products, outputs }: Geometry): number {
  return (products * outputs) / rates.float;
}

function integerTime({ op, products, outputs, inputs, gathers }: Geometry, form: IntegerForm): number {
  const macs = products * outputs;
  if (op !== 'Conv')
    return quantize * inputs + macs / rates.matMulInteger + (write + scale + shift) * outputs;
  if (form === 'qdq') {
    const moves = (quantize + transpose) * inputs + (transpose + dequantize) * outputs;
    return moves + macs / rates.qLinearConv + requantize * outputs;
  }
  const window = gathers ? gather * products : 0;
  return quantize * inputs + window + macs / rates.convInteger + (write + cast + scale + shift) * outputs;
}
