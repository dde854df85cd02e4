import { extname } from 'node:path';

import { readHead } from './read-head.js';

/** Whether a file is one of Keras, by what it begins with: HDF5, a `.keras` archive, a topology, or an index of weights in parts. */
export async function isKerasFile(path: string): Promise<boolean> {
  const text = await headText(path);
  if (text.startsWith('\x89HDF')) return true;
  return text.startsWith('PK') ? extname(path) === '.keras' : kindOfJson(text) !== undefined;
}

/** What JSON of Keras a file is: a topology, of which layers can be told alone, or an index of weights. */
export const jsonKind = async (path: string) => kindOfJson(await headText(path));

function kindOfJson(text: string): 'topology' | 'index' | undefined {
  if (!/^(\xef\xbb\xbf)?\s*\{/.test(text) || text.includes('"modelTopology"')) return undefined;
  if (text.includes('"class_name"')) return 'topology';
  return text.includes('"weight_map"') && text.includes('.weights.h5"') ? 'index' : undefined;
}

/** What cannot be opened has no first bytes. */
const headText = (path: string): Promise<string> =>
  readHead(path).then(
    (head) => Buffer.from(head).toString('latin1'),
    () => '',
  );
