import { crc32 } from 'node:zlib';
import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';

/** The entries of a zip archive, by name, in their order. */
export async function readArchive(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await zipArchive(blobFile(bytesBlob(bytes, 'archive'), 0));
  const entries = new Map<string, Uint8Array>();
  for (const entry of archive.entries) {
    const source = await archive.open(entry);
    entries.set(entry.name, await source.read(entry.bytes));
    await source.close();
  }
  return entries;
}

const [localSize, centralSize, endSize] = [30, 46, 22];

/** A zip archive that stores its entries without compression, as Keras does. */
export function writeArchive(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, data] of entries) {
    const written = Buffer.from(name);
    const head = commonHead(data, written.length);
    const front = Buffer.alloc(localSize);
    front.writeUInt32LE(0x04034b50);
    head.copy(front, 4);
    local.push(front, written, Buffer.from(data.buffer, data.byteOffset, data.length));
    const listed = Buffer.alloc(centralSize);
    listed.writeUInt32LE(0x02014b50);
    listed.writeUInt16LE(20, 4);
    head.copy(listed, 6);
    listed.writeUInt32LE(at, 42);
    central.push(listed, written);
    at += localSize + written.length + data.length;
  }
  const list = Buffer.concat(central);
  return new Uint8Array(Buffer.concat([...local, list, archiveEnd(entries.size, list.length, at)]));
}

/** What the head of an entry and its line in the list have in common: from the version to the length of the name. */
function commonHead(data: Uint8Array, nameLength: number): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt16LE(20);
  head.writeUInt32LE(crc32(data), 10);
  head.writeUInt32LE(data.length, 14);
  head.writeUInt32LE(data.length, 18);
  head.writeUInt16LE(nameLength, 22);
  return head;
}

function archiveEnd(count: number, listBytes: number, listAt: number): Buffer {
  const end = Buffer.alloc(endSize);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listBytes, 12);
  end.writeUInt32LE(listAt, 16);
  return end;
}
