import type { Sink, Sizes } from './sink.js';

/** Writes values of one type, of which a field holds one or a list. */
export interface ValueWriter {
  readonly wireType: number;
  /** Bytes of a value; where the type has a length in front, that is counted. Messages in it go into `sizes`. */
  size(value: unknown, sizes: Sizes): number;
  /** Writes a value that was measured before. */
  write(sink: Sink, value: unknown): void;
}
