/** Reads the values of a tensor, freshly each time. */
type Read = () => Promise<Float32Array>;

/** As {@link Read}, in memory that nobody needs any more where it is large enough. That memory is detached. */
type ReadInto = (memory: ArrayBuffer | undefined) => Promise<Float32Array>;

const readersInto = new WeakMap<Read, ReadInto>();

/** A reader that can also be given memory: weights that are read one after the other then take that of one. */
export function readingAgain(readInto: ReadInto): Read {
  const read = () => readInto(undefined);
  readersInto.set(read, readInto);
  return read;
}

/** How the same is read into memory; undefined for a reader whose memory may be somebody's. */
export function readerInto(read: Read): ReadInto | undefined {
  return readersInto.get(read);
}
