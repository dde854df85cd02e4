import type { FieldEncoder } from './encode-field.js';

/** Where a message is written: as many bytes as it takes, and how far they are filled. */
export interface Sink {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  position: number;
  readonly sizes: Sizes;
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
  return { bytes, view: new DataView(bytes.buffer), position: 0, sizes };
}

/** Copies bytes as they are. */
export function writeBytes(sink: Sink, bytes: Uint8Array): void {
  sink.bytes.set(bytes, sink.position);
  sink.position += bytes.length;
}
