import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';

import { temporaryFolder } from './support.js';

/** A folder with the files of a case that the scripts of `@lowbit/keras` wrote. */
export async function folderWith(archive: string, name: string): Promise<string> {
  const bytes = await readFile(new URL(`../../keras/fixtures/${archive}`, import.meta.url));
  const folder = await temporaryFolder();
  const zip = await zipArchive(blobFile(bytesBlob(bytes, archive), 0));
  for (const entry of zip.entries.filter((each) => each.name.startsWith(`${name}/`))) {
    const source = await zip.open(entry);
    await writeFile(join(folder, entry.name.slice(name.length + 1)), await source.read(entry.bytes));
    await source.close();
  }
  return folder;
}
