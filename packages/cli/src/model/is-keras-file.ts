import { open } from 'node:fs/promises';
import { extname } from 'node:path';

/** Enough for the names of the first members of a topology. */
const headBytes = 4096;

/** Whether a file is one of Keras, by what it begins with: HDF5, a `.keras` archive, or a topology. What cannot be opened is none. */
export async function isKerasFile(path: string): Promise<boolean> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0);
    const text = Buffer.from(buffer.buffer, 0, bytesRead).toString('latin1');
    if (text.startsWith('\x89HDF')) return true;
    if (text.startsWith('PK')) return extname(path) === '.keras';
    return (
      /^(\xef\xbb\xbf)?\s*\{/.test(text) && text.includes('"class_name"') && !text.includes('"modelTopology"')
    );
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
