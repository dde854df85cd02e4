import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { kerasCases } from '../../keras/test/cases.js';
import { temporaryFolder } from './support.js';

/** A folder with the files of a case that the scripts of `@lowbit/keras` wrote. */
export async function folderWith(
  ...[archive, name]: [...Parameters<typeof kerasCases>, string]
): Promise<string> {
  const folder = await temporaryFolder();
  const files = (await kerasCases(archive)).get(name)!;
  for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
  return folder;
}
