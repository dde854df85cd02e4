import type { ByteSource } from './byte-source.js';
import type { FileReference } from './file-reference.js';
import { openRegular } from './open-regular.js';
import { readAt } from './read-at.js';

/** The bytes of a file from `start` on. */
export async function fileSource(file: FileReference, start: number): Promise<ByteSource> {
  const { handle } = await openRegular(file);
  let position = start;
  return {
    async read(length) {
      const bytes = await readAt(handle, position, length, file.where);
      position += length;
      return bytes;
    },
    async finish() {
      // The size of the file was compared with the header when it was opened.
    },
    close: () => handle.close(),
  };
}
