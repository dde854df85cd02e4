import { textOf } from '../schema/utf8.js';

const endMark = 0x06054b50;
const endBytes = 22;
const longestComment = 0xffff;
const entryMark = 0x02014b50;
const entryBytes = 46;
/** As many as tell what an archive is. */
const mostNames = 1000;

/**
 * Names of the files in a zip archive, by its directory; `undefined` where that is not found, as in a file that is cut off.
 *
 * Source: APPNOTE.TXT of PKWARE, sections 4.3.12 and 4.3.16.
 */
export function zipNames(bytes: Uint8Array): string[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) return undefined;
  const names: string[] = [];
  let at = view.getUint32(end + 16, true);
  while (names.length < mostNames && at + entryBytes <= end && view.getUint32(at, true) === entryMark) {
    const length = view.getUint16(at + 28, true);
    names.push(textOf(bytes.subarray(at + entryBytes, at + entryBytes + length)));
    at += entryBytes + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return names.length === 0 ? undefined : names;
}

function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - endBytes - longestComment);
  for (let at = view.byteLength - endBytes; at >= first; at--) {
    if (view.getUint32(at, true) === endMark) return at;
  }
  return undefined;
}
