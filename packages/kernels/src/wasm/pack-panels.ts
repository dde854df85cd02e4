import type { IntegerWeights } from '../layer/layer.js';

/** Output channels of a panel. */
const panelWidth = 8;
/** Inputs that lie together. */
export const quad = 4;

/** How many groups of four inputs a pixel has; at least one, so that loops have something to do. */
export function quadsOfPixel(channels: number): number {
  return Math.max(1, Math.ceil(channels / quad));
}

/**
 * Weights in the order in which they are multiplied: `[outputs / 8][inputs / 4][8 outputs][4 inputs]`, missing ones 0, the inputs
 * of each pixel of the window filled up to a multiple of 4. Of 4 bits, two are in a byte: outputs 0 to 3 of a panel in the
 * low halves, 4 to 7 in the high ones, each value plus 8.
 */
export function packPanels({ values, shape, bits }: IntegerWeights): Uint8Array<ArrayBuffer> {
  const [channels, outputs] = shape.slice(-2) as [number, number];
  const pixels = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const perPixel = quadsOfPixel(channels) * quad;
  const panels = Math.ceil(outputs / panelWidth);
  const panelBytes = (pixels * perPixel * panelWidth * bits) / 8;
  const packed = new Uint8Array(panels * panelBytes).fill(bits === 4 ? 0x88 : 0);
  for (let pixel = 0, from = 0; pixel < pixels; pixel++)
    for (let channel = 0; channel < channels; channel++) {
      const input = pixel * perPixel + channel;
      for (let output = 0; output < outputs; output++, from++) {
        const lane = output % panelWidth;
        const start = Math.floor(output / panelWidth) * panelBytes;
        const inQuad = input % quad;
        const quadStart = ((input - inQuad) * panelWidth * bits) / 8;
        if (bits === 8) packed[start + quadStart + lane * quad + inQuad] = values[from]!;
        else {
          const at = start + quadStart + (lane % 4) * quad + inQuad;
          const half = (values[from]! + 8) & 15;
          packed[at] = lane < 4 ? (packed[at]! & 0xf0) | half : (packed[at]! & 0x0f) | (half << 4);
        }
      }
    }
  return packed;
}
