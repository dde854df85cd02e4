import { invalid } from '../problems.js';
import { limits } from '../limits.js';

/** One file of an archive, as its directory describes it. Nothing of this is trusted. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflate';
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly crc: number;
  /** Where its local header begins. */
  readonly position: number;
}

const directoryMark = 0x02014b50;
const headerBytes = 46;

/** Bits of a file's mode that tell its kind, and the kind of symbolic links (POSIX `S_IFMT`, `S_IFLNK`). */
const fileKind = 0o170000;
const linkKind = 0o120000;

/**
 * Parses the central directory of an archive.
 *
 * @throws LowbitError `calibration-invalid` for damage, encryption, other methods, zip64, links, a name that
 *   comes twice, or one that leads out of a folder into which the archive were unpacked.
 */
export function parseDirectory(directory: Uint8Array, count: number, where: string): readonly ZipEntry[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const found = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + headerBytes > view.byteLength || view.getUint32(at, true) !== directoryMark) {
      throw damaged(where, 'directory');
    }
    const nameEnd = at + headerBytes + view.getUint16(at + 28, true);
    const end = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (end > view.byteLength) throw damaged(where, 'directory');
    const name = decodeName(directory.subarray(at + headerBytes, nameEnd), where);
    checkName(name, view.getUint32(at + 38, true), where);
    if (found.has(name)) throw invalid(`${where}: ${name}`, { received: 'the same name twice' });
    const entry = entryAt(view, at, name, where);
    checkEntry(entry, where);
    found.set(name, entry);
    at = end;
  }
  if (at !== view.byteLength) throw damaged(where, 'directory');
  return [...found.values()];
}

/** Refuses names that mean a place elsewhere, and links: whatever is made of them could be written or read there. */
function checkName(name: string, attributes: number, where: string): void {
  const leadsOut = /^[/~]|^[a-z]:|\\|\0/i.test(name) || name.split('/').includes('..');
  const isLink = ((attributes >>> 16) & fileKind) === linkKind;
  if (!leadsOut && !isLink) return;
  throw invalid(`${where}: ${JSON.stringify(name)}`, {
    expected: 'entries in folders of the archive',
    received: isLink ? 'a link' : 'a name that leads elsewhere',
    remedy: 'The archive was not made by a tool that saves models or arrays: do not use it.',
  });
}

/** The error for an archive whose parts do not fit each other. */
export function damaged(where: string, part: string): Error {
  return invalid(where, {
    expected: 'an undamaged zip archive',
    received: `a damaged ${part}`,
    remedy: 'Save or copy it again.',
  });
}

function entryAt(view: DataView, at: number, name: string, where: string): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) {
    throw invalid(`${where}: ${name}`, {
      expected: 'an entry that is stored or deflated',
      received: (flags & 1) !== 0 ? 'an encrypted one' : `compression method ${method}`,
    });
  }
  return {
    name,
    method: method === 0 ? 'stored' : 'deflate',
    crc: view.getUint32(at + 16, true),
    compressedBytes: view.getUint32(at + 20, true),
    bytes: view.getUint32(at + 24, true),
    position: view.getUint32(at + 42, true),
  };
}

function checkEntry({ name, method, compressedBytes, bytes, position }: ZipEntry, where: string): void {
  const place = `${where}: ${name}`;
  if (compressedBytes === 0xffffffff || bytes === 0xffffffff || position === 0xffffffff) {
    throw invalid(place, {
      expected: 'less than 4 GiB',
      received: 'a zip64 entry',
      remedy: 'Save several smaller files.',
    });
  }
  if (method === 'stored' && compressedBytes !== bytes) throw damaged(place, 'entry');
  if (bytes > limits.zipFreely && bytes > compressedBytes * limits.zipRatio) {
    throw invalid(place, {
      expected: `data that inflates to at most ${limits.zipRatio} times its size`,
      received: `${compressedBytes} bytes that claim to be ${bytes}`,
      remedy: 'Save real data, without compression.',
    });
  }
}

function decodeName(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid(where, { expected: 'names in UTF-8', received: 'other bytes' }, error);
  }
}
