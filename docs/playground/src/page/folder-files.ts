import { isLines } from '../shared/is-lines.js';
import type { FolderFile } from '../shared/messages.js';

/** A folder that was chosen or dropped. */
export interface ChosenFolder {
  readonly name: string;
  /** Hidden ones are left out. */
  readonly files: readonly FolderFile[];
  /** JSON lines to calibrate by. */
  readonly data: readonly File[];
}

/**
 * The files of a chosen folder, whose paths begin with its name; files that are chosen alone are a folder of their own. JSON lines beside it are
 * data, and so are those directly in it, which come along too.
 */
export function folderOf(given: readonly FolderFile[]): ChosenFolder {
  const isData = ({ path }: FolderFile) => !path.includes('/') && isLines(path);
  const files = given.filter((one) => !isData(one));
  const [first] = files[0]?.path.split('/') ?? [];
  const isOne = files.every(({ path }) => path.startsWith(`${first}/`));
  const below = files.map(({ path, file }) => ({
    path: isOne ? path.slice(`${first}/`.length) : path,
    file,
  }));
  const shown = below.filter(({ path }) => path.split('/').every((part) => !part.startsWith('.')));
  const data = [...given, ...(isOne ? shown : [])].filter(isData).map(({ file }) => file);
  return { name: isOne && first !== undefined ? first : 'model', files: shown, data };
}

/** Files as an input of the page gives them. */
export const chosenFiles = (list: FileList | null): readonly FolderFile[] =>
  [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Files that were dropped, those of folders too. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly FolderFile[]> {
  // Entries can be asked for while the event is handled, and no later.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return chosenFiles(transfer.files);
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<readonly FolderFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((found, failed) =>
      (entry as FileSystemFileEntry).file(found, failed),
    );
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FolderFile[] = [];
  for (;;) {
    const some = await new Promise<readonly FileSystemEntry[]>((read, failed) =>
      reader.readEntries(read, failed),
    );
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map(filesBelow))).flat());
  }
}
