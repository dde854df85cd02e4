import type { IntegerWeights } from '../layer/layer.js';
import { quad } from './pack-panels.js';

/** Output channels of a panel: two in each byte. */
const panelWidth = 32;

/** A run of neighbouring groups of four inputs, of which a byte can count the sums. */
export interface Chunk {
  /** Its first group, counted from the start of the window. */
  readonly group: number;
  readonly groups: number;
}

/** Most groups that bytes can count: of inputs of 1 bit 4 each, in threes; of inputs of 2 bits 12 each; of two masks 4 both. */
const mostGroups = { 0: 60, 1: 60, 2: 21 } as const;

/**
 * Cuts runs of groups into chunks. Unless inputs have 2 bits, each has a multiple of 3 groups, or fewer than that.
 *
 * @param runs How many runs there are, of `groups` each.
 */
export function chunksOf(runs: number, groups: number, inputBits: 0 | 1 | 2): Chunk[] {
  const most = mostGroups[inputBits];
  const chunks: Chunk[] = [];
  for (let run = 0; run < runs; run++)
    for (let done = 0; done < groups;) {
      const left = Math.min(most, groups - done);
      const taken = inputBits !== 2 && left >= 3 ? left - (left % 3) : left;
      chunks.push({ group: run * groups + done, groups: taken });
      done += taken;
    }
  return chunks;
}

/**
 * Weights of 1 bit in the order in which they are looked up: `[chunk][outputs / 32][group][16 bytes]`. A byte holds four inputs of
 * a channel in its low half, and of the sixteenth next in its high one; a bit is 1 where the weight is positive. Of weights of 2 bits,
 * each group is two: in the second, a bit is 1 where the weight is negative.
 */
export function packBits(
  { values, shape, bits: width }: IntegerWeights,
  chunks: readonly Chunk[],
): Uint8Array<ArrayBuffer> {
  const sides = width === 2 ? [1, -1] : [1];
  const [channels, outputs] = shape.slice(-2) as [number, number];
  const ofPixel = Math.max(1, Math.ceil(channels / quad));
  const panels = Math.ceil(outputs / panelWidth);
  const groups = chunks.reduce((sum, chunk) => sum + chunk.groups, 0);
  const packed = new Uint8Array(groups * panels * 16);
  let start = 0;
  for (const chunk of chunks) {
    for (let output = 0; output < outputs; output++) {
      const lane = output % panelWidth;
      const panel = start + Math.floor(output / panelWidth) * chunk.groups * 16;
      for (let group = 0; group < chunk.groups; group++) {
        const side = sides[(chunk.group + group) % sides.length]!;
        const four = Math.floor((chunk.group + group) / sides.length);
        const pixel = Math.floor(four / ofPixel);
        const channel = (four % ofPixel) * quad;
        let bits = 0;
        for (let i = 0; i < quad && channel + i < channels; i++)
          bits |= Number(side * values[(pixel * channels + channel + i) * outputs + output]! > 0) << i;
        packed[panel + group * 16 + (lane & 15)]! |= lane < 16 ? bits : bits << 4;
      }
    }
    start += chunk.groups * panels * 16;
  }
  return packed;
}
