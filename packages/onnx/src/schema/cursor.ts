import { LowbitError, type ErrorCode } from '@lowbit/core';

/** A reading position in a protobuf file, with what has been spent of its memory allowance. */
export interface Cursor {
  readonly where: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  position: number;
  /** Estimated bytes of memory that the decoded messages take, raw tensor data not counted. */
  spent: number;
  /** Words of the varint read last, unsigned. */
  low: number;
  high: number;
  /** Lists that are kept as bytes: field numbers by message. */
  readonly kept: Map<object, Set<number>>;
}

/** Decoded messages may take this much memory. Raw tensor data is viewed in place and costs nothing. */
const allowance = 512 * 2 ** 20;

export function cursorOver(bytes: Uint8Array, where: string): Cursor {
  const own = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const view = new DataView(own.buffer, own.byteOffset, own.byteLength);
  return { where, bytes: own, view, position: 0, spent: 0, low: 0, high: 0, kept: new Map() };
}

/** Charges the estimated cost of something decoded, so that a small file cannot unfold into a huge structure. */
export function spend(cursor: Cursor, cost: number): void {
  cursor.spent += cost;
  if (cursor.spent <= allowance) return;
  throw new LowbitError({
    code: 'model-too-large',
    where: cursor.where,
    expected: `a model whose structure takes at most ${allowance / 2 ** 20} MiB of memory, raw tensor data not counted`,
    received: `more than that after ${cursor.position} of ${cursor.bytes.length} bytes`,
    remedy:
      'Save the model again so that its tensors are stored as raw data (raw_data), as current exporters do.',
  });
}

/** The error for a file whose bytes contradict the format; at the end of the file it says that it is truncated. */
export function broken(cursor: Cursor, received: string, atEnd = false): LowbitError {
  const code: ErrorCode = atEnd ? 'model-truncated' : 'model-malformed';
  return new LowbitError({
    code,
    where: cursor.where,
    expected: 'a complete ONNX protobuf file',
    received: `${received} at byte ${cursor.position} of ${cursor.bytes.length}`,
    remedy: atEnd
      ? 'The file is probably cut short: download or copy it again and compare its size.'
      : 'The file is damaged or not written by an ONNX exporter: get it again from its source.',
  });
}

/** Checks that `length` bytes lie between the position and `end`. */
export function need(cursor: Cursor, length: number, end: number): void {
  if (cursor.position + length <= end) return;
  const received = `a field of ${length} bytes where ${end - cursor.position} are left`;
  throw broken(cursor, received, end === cursor.bytes.length);
}
