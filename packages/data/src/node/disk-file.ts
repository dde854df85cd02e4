import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { cutOff, type DataFile, type OpenFile } from '../bytes/data-file.js';
import { checkRegular, fileError } from './file-error.js';

/** A file of a disk that may be opened, found at or below a path that the user named. */
export interface DiskFile extends DataFile {
  /** Where the file really lies; its last part is not a link. */
  readonly path: string;
}

/** Never follows a link that took the file's place, and never waits for the writer of a pipe. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A file at a place that was looked up. */
export function diskFile(place: Pick<DiskFile, 'where' | 'path' | 'name'>): DiskFile {
  return { ...place, open: () => openRegular(place) };
}

async function openRegular({ path, where }: Pick<DiskFile, 'where' | 'path'>): Promise<OpenFile> {
  const handle = await open(path, flags).catch((error: unknown) => {
    throw fileError(error, where, 'read');
  });
  const found = await handle.stat();
  try {
    checkRegular(found, where);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const read = (position: number, length: number) => readAt(handle, position, length, where);
  return { size: found.size, read, close: () => handle.close() };
}

async function readAt(
  handle: FileHandle,
  position: number,
  length: number,
  where: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle
      .read(bytes, done, length - done, position + done)
      .catch((error: unknown) => {
        throw fileError(error, where, 'read');
      });
    if (bytesRead === 0) throw cutOff(where, position, length, done);
    done += bytesRead;
  }
  return bytes;
}
