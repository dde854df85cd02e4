/** Sound of one channel. */
export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  /** −1…1. */
  readonly samples: Float32Array;
}

/** Reads a RIFF/WAVE file of 16-bit mono PCM; anything else is refused. */
export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') throw new Error('Not a WAVE file.');
  const format = chunk(view, 'fmt ');
  const [coding, channels, bits] = [0, 2, 14].map((at) => view.getUint16(format.start + at, true));
  if (coding !== 1 || channels !== 1 || bits !== 16) throw new Error('Only 16-bit mono PCM is read.');
  const data = chunk(view, 'data');
  const samples = Float32Array.from(
    { length: data.size >> 1 },
    (_, i) => view.getInt16(data.start + 2 * i, true) / 32768,
  );
  return { rate: view.getUint32(format.start + 4, true), samples };
}

/** Where a chunk's content begins and how many bytes it has. Chunks begin at even places. */
function chunk(view: DataView, name: string): { start: number; size: number } {
  for (let at = 12; at + 8 <= view.byteLength;) {
    const size = view.getUint32(at + 4, true);
    if (tag(view, at) === name) return { start: at + 8, size: Math.min(size, view.byteLength - at - 8) };
    at += 8 + size + (size % 2);
  }
  throw new Error(`The WAVE file has no chunk "${name}".`);
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(
    ...[0, 1, 2, 3].map((i) => (at + i < view.byteLength ? view.getUint8(at + i) : 0)),
  );
}
