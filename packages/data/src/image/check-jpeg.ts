import { invalid } from '../problems.js';
import { limits } from '../limits.js';
import { checkPixelCount } from './pixels.js';

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
/** Baseline, extended sequential, progressive: the Huffman-coded kinds that the decoder knows. */
const knownFrames = [0xc0, 0xc1, 0xc2];
const otherTables = [0xc4, 0xc8, 0xcc];

/**
 * Walks over the segments of a JPEG file without decoding it, because the decoder takes damaged files for
 * good ones and passes over the picture as often as the file says (ITU-T T.81, annex B).
 *
 * @throws LowbitError `calibration-invalid` for a file that is cut off, too large or of a rare kind.
 */
export function checkJpeg(bytes: Uint8Array, where: string): void {
  let frames = 0;
  let scans = 0;
  let at = 2;
  if (bytes[0] !== 0xff || bytes[1] !== startOfImage) throw cutOff(where);
  for (;;) {
    const marker = markerAt(bytes, at, where);
    at = marker.end;
    if (marker.code === endOfImage) break;
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (length < 2 || at + length > bytes.length) throw cutOff(where);
    if (isFrame(marker.code)) {
      frames++;
      checkFrame(bytes.subarray(at, at + length), marker.code, where);
    }
    at += length;
    if (marker.code !== startOfScan) continue;
    if (++scans > limits.jpegScans) {
      throw invalid(where, { expected: `at most ${limits.jpegScans} scans`, received: 'more' });
    }
    at = endOfScan(bytes, at);
  }
  if (frames !== 1 || scans === 0) {
    throw invalid(where, { expected: 'a JPEG file with one picture', received: `${frames}` });
  }
}

function markerAt(
  bytes: Uint8Array,
  start: number,
  where: string,
): { readonly code: number; readonly end: number } {
  let at = start;
  if (bytes[at] !== 0xff) throw cutOff(where);
  while (bytes[at] === 0xff) at++;
  const code = bytes[at];
  if (code === undefined) throw cutOff(where);
  return { code, end: at + 1 };
}

/** The next marker that does not belong to the coded data: no stuffed byte and no restart. */
function endOfScan(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(0xff, start);
  while (at >= 0) {
    const next = bytes[at + 1] ?? 0xff;
    const inside = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!inside || at + 1 >= bytes.length) return at;
    at = bytes.indexOf(0xff, at + 1);
  }
  return bytes.length;
}

function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && !otherTables.includes(code);
}

function checkFrame(segment: Uint8Array, code: number, where: string): void {
  const components = segment[7] ?? 0;
  if (!knownFrames.includes(code) || segment[2] !== 8 || ![1, 3, 4].includes(components)) {
    throw invalid(where, {
      expected: 'a baseline or progressive JPEG of 8 bits in grey, colour or CMYK',
      received: `another kind (frame ${code.toString(16)}, ${segment[2]} bits, ${components} components)`,
      remedy: 'Save the picture as an ordinary JPEG or as PNG.',
    });
  }
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const [height, width] = [view.getUint16(3), view.getUint16(5)];
  checkPixelCount(width, height, where);
  const samples = width * height * componentShare(segment.subarray(8), components);
  if (samples <= limits.jpegSamples) return;
  throw invalid(where, {
    expected: `at most ${limits.jpegSamples} samples in all components`,
    received: `${Math.ceil(samples)}`,
    remedy: 'Scale the picture down first.',
  });
}

/** Samples of all components a pixel: 3 in full colour, 1.5 when colour is stored at half size. */
function componentShare(components: Uint8Array, count: number): number {
  const factors = Array.from({ length: count }, (_, i) => components[i * 3 + 1] ?? 0);
  const across = factors.map((factor) => factor >> 4);
  const down = factors.map((factor) => factor & 15);
  const blocks = across.reduce((sum, factor, i) => sum + factor * (down[i] as number), 0);
  return blocks / Math.max(1, Math.max(...across) * Math.max(...down));
}

function cutOff(where: string): Error {
  return invalid(where, {
    expected: 'a complete JPEG file',
    received: 'one that is cut off or damaged',
    remedy: 'Remove the file, or copy it again.',
  });
}
