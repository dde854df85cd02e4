import { crc32 } from 'node:zlib';

/** An entry of an archive, and what is wrong about it. */
export interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly bytes?: number;
  readonly crc?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly localName?: string;
  readonly position?: number;
  /** The mode of the file, 16 bits higher. */
  readonly attributes?: number;
}

/** An archive with whatever lies one likes. */
export function zip(entries: readonly Entry[], count = entries.length): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const entry of entries) {
    const { name, data, method = 0, flags = 0, localName = name } = entry;
    const position = entry.position ?? files.reduce((sum, part) => sum + part.length, 0);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(localName.length, 26);
    files.push(local, Buffer.from(localName), Buffer.from(data));
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(entry.crc ?? crc32(data), 16);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt32LE(entry.bytes ?? data.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE((entry.attributes ?? 0) >>> 0, 38);
    central.writeUInt32LE(position, 42);
    directory.push(central, Buffer.from(name));
  }
  const [body, index] = [Buffer.concat(files), Buffer.concat(directory)];
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, index, end]);
}
