import { expect, it } from 'vitest';
import { readWav } from './wav.js';
import { speechWindows } from './windows.js';

/** A 16-bit mono file with a chunk of odd length before the samples. */
function wavOf(samples: readonly number[], channels = 1): Uint8Array {
  const bytes = Buffer.alloc(56 + 2 * samples.length);
  bytes.write('RIFF    WAVEfmt ');
  [16, 1 | (channels << 16), 16_000, 32_000, 2 | (16 << 16)].forEach((word, i) =>
    bytes.writeUInt32LE(word, 16 + 4 * i),
  );
  bytes.write('LIST', 36);
  bytes.writeUInt32LE(3, 40);
  bytes.write('data', 48);
  bytes.writeUInt32LE(2 * samples.length, 52);
  samples.forEach((value, i) => bytes.writeInt16LE(value, 56 + 2 * i));
  return bytes;
}

it('reads samples as fractions of full scale and steps over other chunks', () => {
  const { rate, samples } = readWav(wavOf([0, 16_384, -32_768]));
  expect(rate).toBe(16_000);
  expect([...samples]).toEqual([0, 0.5, -1]);
});

it('refuses what it cannot read', () => {
  expect(() => readWav(wavOf([1], 2))).toThrow('mono');
  expect(() => readWav(new Uint8Array(20))).toThrow('Not a WAVE file');
});

it('cuts windows of 512 samples after the 64 before them', () => {
  const windows = speechWindows(Float32Array.from({ length: 1100 }, (_, i) => i + 1));
  expect(windows.map((window) => window.length)).toEqual([576, 576]);
  expect([windows[0]![63], windows[0]![64], windows[1]![0], windows[1]![575]]).toEqual([0, 1, 449, 1024]);
});
