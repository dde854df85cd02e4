import { extname } from 'node:path';

import { readHead } from './read-head.js';

/** Whether a file is one of Keras, by what it begins with: HDF5, a `.keras` archive, or a topology. What cannot be opened is none. */
export async function isKerasFile(path: string): Promise<boolean> {
  const head = await readHead(path).catch(() => new Uint8Array());
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('\x89HDF')) return true;
  if (text.startsWith('PK')) return extname(path) === '.keras';
  const isJson = /^(\xef\xbb\xbf)?\s*\{/.test(text);
  return isJson && text.includes('"class_name"') && !text.includes('"modelTopology"');
}
