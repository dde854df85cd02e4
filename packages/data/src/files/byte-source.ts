/** Bytes that are read once, from front to back. */
export interface ByteSource {
  /** Exactly `length` bytes in memory of their own. @throws LowbitError when there are fewer. */
  read(length: number): Promise<Uint8Array>;
  /** Checks that nothing is left and that a checksum, where there is one, agrees. */
  finish(): Promise<void>;
  close(): Promise<void>;
}
