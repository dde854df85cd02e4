import { checkArgument } from '@lowbit/core/adapter';
import { withFile, type DataFile, type OpenFile } from '../bytes/data-file.js';
import { invalid } from '../problems.js';
import { limits } from '../limits.js';
import { damaged, parseDirectory, type ZipEntry } from './entries.js';
import { entrySource, type EntrySource } from './entry-source.js';

/** A zip archive whose directory was read and checked. */
export interface ZipArchive {
  readonly entries: readonly ZipEntry[];
  /** The content of one entry; its size and checksum are checked while it is read. */
  open(entry: ZipEntry): Promise<EntrySource>;
  /** Where the bytes of an entry begin in the archive, as they are stored there. */
  contentStart(entry: ZipEntry): Promise<number>;
}

const endMark = 0x06054b50;
const endBytes = 22;
const longestComment = 0xffff;
/** The end of zip64, and behind it what tells where it is. */
const [longEndMark, locatorMark] = [0x06064b50, 0x07064b50];
const longEndBytes = 56 + 20;
const localMark = 0x04034b50;
const localBytes = 30;

/**
 * Reads the directory of an archive.
 *
 * @throws LowbitError `calibration-invalid` for anything but a plain, undamaged archive below 4 GiB.
 */
export async function zipArchive(file: DataFile): Promise<ZipArchive> {
  const isFile = typeof (Object(file) as Partial<DataFile>).open === 'function';
  checkArgument(isFile, file, { where: 'zipArchive(file)', expected: 'a file, as blobFile gives it' });
  return withFile(file, async (opened) => {
    const { count, start, length } = await findDirectory(opened, file.where);
    const entries = parseDirectory(await opened.read(start, length), count, file.where);
    checkOverlap(entries, start, file.where);
    return {
      entries,
      open: (entry) => openEntry(file, entry, start),
      contentStart: (entry) =>
        withFile(file, (each) => contentStart(each, entry, start, whereIn(file, entry))),
    };
  });
}

interface DirectoryPlace {
  readonly count: number;
  readonly start: number;
  readonly length: number;
}

async function findDirectory(opened: OpenFile, where: string): Promise<DirectoryPlace> {
  const { size } = opened;
  const tailBytes = Math.min(size, endBytes + longestComment);
  const tail = new DataView((await opened.read(size - tailBytes, tailBytes)).buffer);
  let at = tailBytes - endBytes;
  while (at >= 0 && !isEnd(tail, at)) at--;
  if (at < 0) throw damaged(where, 'end; the file may be cut off');
  const end = size - tailBytes + at;
  const long = end < longEndBytes ? undefined : await longDirectory(opened, end - longEndBytes);
  const { count, start, length } = long ?? shortDirectory(tail, at, where);
  if (start + length !== (long === undefined ? end : end - longEndBytes)) throw damaged(where, 'end');
  if (count > limits.zipEntries) {
    throw invalid(where, { expected: `at most ${limits.zipEntries} entries`, received: `${count}` });
  }
  return { count, start, length };
}

function shortDirectory(tail: DataView, at: number, where: string): DirectoryPlace {
  const count = tail.getUint16(at + 10, true);
  const oneDisk = tail.getUint32(at + 4, true) === 0 && tail.getUint16(at + 8, true) === count;
  if (!oneDisk) throw damaged(where, 'end');
  return { count, length: tail.getUint32(at + 12, true), start: tail.getUint32(at + 16, true) };
}

/** The place of the directory in the end of zip64, which stands in front of the other; undefined where there is none (APPNOTE, 4.3.14). */
async function longDirectory(opened: OpenFile, at: number): Promise<DirectoryPlace | undefined> {
  const view = new DataView((await opened.read(at, longEndBytes)).buffer);
  const number = (offset: number) => Number(view.getBigUint64(offset, true));
  const isThere = view.getUint32(0, true) === longEndMark && view.getUint32(56, true) === locatorMark;
  // The record has no more than its own members, lies where the locator says, and all is on one disk.
  const isPlain = number(4) === 44 && number(64) === at && number(16) === 0 && number(24) === number(32);
  return isThere && isPlain ? { count: number(32), length: number(40), start: number(48) } : undefined;
}

function isEnd(tail: DataView, at: number): boolean {
  if (tail.getUint32(at, true) !== endMark) return false;
  return at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength;
}

/** Entries that share bytes let a small file inflate to a huge one. */
function checkOverlap(entries: readonly ZipEntry[], directory: number, where: string): void {
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.position - b.position)) {
    if (entry.position < end) throw damaged(`${where}: ${entry.name}`, 'entry, which overlaps another');
    end = entry.position + localBytes + entry.compressedBytes;
  }
  if (end > directory) throw damaged(where, 'directory');
}

function whereIn({ where }: DataFile, { name }: ZipEntry): string {
  return `${where}: ${name}`;
}

async function openEntry(file: DataFile, entry: ZipEntry, directory: number): Promise<EntrySource> {
  const where = whereIn(file, entry);
  const opened = await file.open();
  try {
    return entrySource(opened, entry, await contentStart(opened, entry, directory, where), where);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function contentStart(
  opened: OpenFile,
  entry: ZipEntry,
  directory: number,
  where: string,
): Promise<number> {
  const start = await dataStart(opened, entry, where);
  if (entry.compressedBytes === 0 || start + entry.compressedBytes > directory) throw damaged(where, 'entry');
  return start;
}

async function dataStart(opened: OpenFile, entry: ZipEntry, where: string): Promise<number> {
  const local = new DataView((await opened.read(entry.position, localBytes)).buffer);
  const nameBytes = local.getUint16(26, true);
  const method = entry.method === 'stored' ? 0 : 8;
  const name = await opened.read(entry.position + localBytes, nameBytes);
  const agrees = local.getUint32(0, true) === localMark && local.getUint16(8, true) === method;
  if (!agrees || new TextDecoder().decode(name) !== entry.name) throw damaged(where, 'entry');
  return entry.position + localBytes + nameBytes + local.getUint16(28, true);
}
