import type { DecodedPng } from 'fast-png';

import { undecodable } from '../problems.js';
import { checkPng } from './check-png.js';
import type { Pixels } from './pixels.js';

/**
 * Decodes a PNG file: 16 bits are cut to 8, grey and palettes become RGB, transparency is ignored.
 *
 * @throws LowbitError `calibration-invalid`.
 */
export async function decodePng(bytes: Uint8Array, where: string): Promise<Pixels> {
  const plain = await checkPng(bytes, where);
  const { decode } = await import('fast-png');
  try {
    const png = decode(plain);
    return { width: png.width, height: png.height, data: toRgb(png, samplesOf(png)) };
  } catch (error) {
    throw undecodable('PNG', where, error);
  }
}

/** One number for each channel of each pixel; less than 8 bits are packed from the high end of each byte. */
function samplesOf({ width, height, depth, channels, data }: DecodedPng): ArrayLike<number> {
  if (depth >= 8) return data;
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const samples = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width * channels; x++) {
      const byte = data[y * rowBytes + Math.floor((x * depth) / 8)] as number;
      const shift = 8 - depth - ((x * depth) % 8);
      samples[y * width * channels + x] = (byte >> shift) & (2 ** depth - 1);
    }
  }
  return samples;
}

function toRgb(png: DecodedPng, samples: ArrayLike<number>): Uint8Array {
  const { width, height, channels, depth, palette } = png;
  const rgb = new Uint8Array(width * height * 3);
  const toByte = (sample: number) => (depth === 16 ? sample >> 8 : (sample * 255) / (2 ** depth - 1));
  const isGrey = channels < 3;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const start = pixel * channels;
    const color = palette === undefined ? undefined : colorOf(palette, samples[start] as number);
    for (let i = 0; i < 3; i++) {
      const sample = samples[isGrey ? start : start + i] as number;
      rgb[pixel * 3 + i] = color === undefined ? toByte(sample) : (color[i] as number);
    }
  }
  return rgb;
}

function colorOf(palette: readonly (readonly number[])[], index: number): readonly number[] {
  const color = palette[index];
  if (color === undefined) throw new Error(`the palette has no color ${index}`);
  return color;
}
