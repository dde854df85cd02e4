import type { FieldEncoder } from './encode-field.js';

/** Where a message is written: as many bytes as it takes, and how far they are filled. */
export interface Sink {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  position: number;
  readonly sizes: Sizes;
  /** What was written so far in parts, large bytes where they are; undefined where all is copied. */
  readonly parts?: Uint8Array[];
  /** Where the part begins that is written now. */
  start: number;
}

/** What was found of messages when they were measured, by message. */
export type Sizes = Map<object, MeasuredMessage>;

export interface MeasuredMessage {
  /** Bytes of its content. */
  readonly size: number;
  /** The fields that are set, in the order of their numbers. */
  readonly fields: readonly FieldEncoder[];
}

/** Room for a message that was measured, or for numbers alone. */
export function sinkOf(size: number, sizes: Sizes = new Map()): Sink {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer), position: 0, sizes, start: 0 };
}

/** Bytes from which on they are a part of their own. */
export const largeBytes = 2 ** 16;

/** Ends the part that is written now. */
export function endPart(sink: Sink): void {
  if (sink.position > sink.start) sink.parts?.push(sink.bytes.subarray(sink.start, sink.position));
  sink.start = sink.position;
}

/** Writes bytes as they are: copies them, or makes them a part. */
export function writeBytes(sink: Sink, bytes: Uint8Array): void {
  if (sink.parts !== undefined && bytes.length >= largeBytes) {
    endPart(sink);
    sink.parts.push(bytes);
    return;
  }
  sink.bytes.set(bytes, sink.position);
  sink.position += bytes.length;
}
