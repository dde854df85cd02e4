import { LowbitError, type QuantizationPlan } from '@lowbit/core';
import { join, parse } from 'node:path';

/**
 * Where the result goes when nobody says: `model.onnx` at 8 bits becomes `model_q8.onnx` in the same folder, in float16
 * `model_q8f16.onnx`, and `model_fp16.onnx` where weights are not quantized.
 */
export function defaultOutput(model: string, bits: number | string, isHalf = false): string {
  const { dir, name } = parse(model);
  const suffix = isHalf && bits === 'float' ? 'fp16' : `${suffixOf(bits)}${isHalf ? 'f16' : ''}`;
  return join(dir, fittedName(name, `_${suffix}.onnx`));
}

/** Bytes of a name that file systems take. */
const longestName = 255;

/** A name with an ending. Its own end is cut where file systems would not take the whole. */
export function fittedName(name: string, ending: string): string {
  const room = Buffer.from(name).subarray(0, longestName - Buffer.byteLength(ending));
  // More bytes could follow, as far as the decoder knows: it keeps back those of a character that was cut through.
  return new TextDecoder().decode(room, { stream: true }) + ending;
}

/** What tells the result from the original: its bits, or the name of the policy that chose them, without options. */
export function suffixOf(bits: number | string): string {
  return typeof bits === 'number' ? `q${bits}` : bits.replace(/:.*$/s, '');
}

/**
 * The bits that name the result of a plan: its highest.
 *
 * @throws LowbitError `nothing-to-quantize` when the plan leaves every weight as it is.
 */
export function highestBits(plan: QuantizationPlan, where: string): number {
  const highest = plan.weights.reduce(
    (most, { bits }) => (bits === 'float' ? most : Math.max(most, bits)),
    0,
  );
  if (highest > 0) return highest;
  throw new LowbitError({ code: 'nothing-to-quantize', where, expected: 'at least one weight with bits' });
}
