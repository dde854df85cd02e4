import { crc32 } from '../bytes/crc32.js';
import { invalid } from '../problems.js';
import { checkPixelCount } from './pixels.js';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** All that pixels depend on. Others are dropped: some carry compressed data of any size. */
const neededChunks = ['IHDR', 'PLTE', 'IDAT', 'IEND'];
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length, type and checksum. */
  readonly bytes: Uint8Array;
}

/**
 * Checks a PNG file before it is decoded: structure, checksums, and that the pixels inflate to exactly the
 * size that its header promises.
 *
 * @returns the same file without the chunks that pixels do not depend on
 * @throws LowbitError `calibration-invalid`.
 */
export async function checkPng(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  const chunks = chunksOf(bytes, where).filter(({ type }) => neededChunks.includes(type));
  const [header] = chunks;
  const last = chunks.at(-1);
  const count = (type: string) => chunks.filter((chunk) => chunk.type === type).length;
  const ordered = header?.type === 'IHDR' && header.data.length === 13 && last?.type === 'IEND';
  if (!ordered || count('IHDR') !== 1 || count('PLTE') > 1) throw cutOff(where);
  const expected = pixelBytes(header.data, where);
  const compressed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  await checkInflated(compressed, expected, where);
  const kept = [Uint8Array.from(signature), ...chunks.map((chunk) => chunk.bytes)];
  return new Uint8Array(await new Blob(kept as BlobPart[]).arrayBuffer());
}

function chunksOf(bytes: Uint8Array, where: string): readonly Chunk[] {
  if (signature.some((byte, i) => bytes[i] !== byte)) throw cutOff(where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = signature.length;
  while (chunks.at(-1)?.type !== 'IEND') {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Infinity;
    if (end > bytes.length) throw cutOff(where);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) throw cutOff(where);
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), bytes: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}

/** Bytes of the filtered rows, without compression. */
function pixelBytes(header: Uint8Array, where: string): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, color, , , interlaced] = Array.from(header.subarray(8));
  checkPixelCount(width, height, where);
  const channels = channelsOf[color as number];
  if (channels === undefined || (interlaced !== 0 && (depth as number) < 8)) {
    throw invalid(where, {
      expected: 'a PNG file of a standard kind, not interlaced with less than 8 bits',
      received: `colour type ${color}, ${depth} bits${interlaced === 0 ? '' : ', interlaced'}`,
      remedy: 'Save the picture without interlacing.',
    });
  }
  const bits = channels * (depth as number);
  const passes = interlaced === 0 ? [[width, height] as const] : interlacedPasses(width, height);
  return passes.reduce((sum, [wide, high]) => sum + high * (1 + Math.ceil((wide * bits) / 8)), 0);
}

/** Width and height of the seven pictures that an interlaced file consists of (PNG, clause 8.2). */
function interlacedPasses(width: number, height: number): readonly (readonly [number, number])[] {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  return passes
    .map(([x, y, stepX, stepY]) => [Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)] as const)
    .filter(([wide, high]) => wide > 0 && high > 0);
}

async function checkInflated(
  compressed: readonly Uint8Array[],
  expected: number,
  where: string,
): Promise<void> {
  const found = await inflatedBytes(compressed, expected).catch((error: unknown) => {
    throw otherPixels(expected, where, error);
  });
  if (found > expected) throw otherPixels(expected, where);
  if (found < expected) throw cutOff(where);
}

/** Bytes after inflating, counted to the first that is too many. */
async function inflatedBytes(compressed: readonly Uint8Array[], most: number): Promise<number> {
  const stream = new Blob([...compressed] as BlobPart[])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'));
  const pieces = stream.getReader();
  let count = 0;
  for (let { value } = await pieces.read(); value !== undefined; { value } = await pieces.read()) {
    count += value.length;
    if (count > most) await pieces.cancel().catch(() => undefined);
  }
  return count;
}

function otherPixels(expected: number, where: string, cause?: unknown): Error {
  return invalid(
    where,
    { expected: `pixels of ${expected} bytes`, received: 'other or damaged data' },
    cause,
  );
}

function cutOff(where: string): Error {
  return invalid(where, {
    expected: 'a complete PNG file',
    received: 'one that is cut off or damaged',
    remedy: 'Remove the file, or copy it again.',
  });
}
