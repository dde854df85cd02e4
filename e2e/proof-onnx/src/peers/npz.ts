import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Batch } from '@lowbit/core';

/** Bytes of NumPy's prelude, `\x93NUMPY`, version and length of the header; prelude and header fill up 64s. */
const prelude = 10;

/** Writes the inputs of a batch as an uncompressed .npz: one float32 array each, as `numpy.savez` does. */
export function writeNpz(path: string, { inputs }: Batch): void {
  const entries = Object.entries(inputs).map(([name, { shape, data }]) => ({
    name: Buffer.from(`${name}.npy`),
    body: npy(shape, data as Float32Array),
  }));
  const records: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body } of entries) {
    const described = zipFields(name, body);
    const local = Buffer.concat([uint32(0x04034b50), described, name, body]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([uint32(0x02014b50), Buffer.from([20, 0]), described, rest.subarray(0), name]),
    );
    records.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  writeFileSync(path, Buffer.concat([...records, listed, zipEnd(entries.length, listed.length, offset)]));
}

function npy(shape: readonly number[], data: Float32Array): Buffer {
  const dims = `${shape.join(', ')}${shape.length === 1 ? ',' : ''}`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`;
  const padded = header.padEnd(64 * Math.ceil((header.length + 1 + prelude) / 64) - prelude - 1) + '\n';
  const start = Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from([1, 0]), Buffer.alloc(2)]);
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([
    start,
    Buffer.from(padded),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

/** What a zip file says of an entry, in its record and in its directory: stored, from 1 January 1980. */
function zipFields(name: Buffer, body: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x21, 8);
  fields.writeUInt32LE(crc32(body), 10);
  fields.writeUInt32LE(body.length, 14);
  fields.writeUInt32LE(body.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function zipEnd(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Reads what {@link writeNpz} writes: stored entries of float32 arrays. */
export function readNpz(path: string): Batch {
  const file = readFileSync(path);
  const inputs: Record<string, Batch['inputs'][string]> = {};
  for (let at = 0; file.readUInt32LE(at) === 0x04034b50;) {
    const size = file.readUInt32LE(at + 22);
    const nameEnd = at + 30 + file.readUInt16LE(at + 26);
    const start = nameEnd + file.readUInt16LE(at + 28);
    const name = file.toString('utf8', at + 30, nameEnd).replace(/\.npy$/, '');
    inputs[name] = readNpy(file.subarray(start, start + size));
    at = start + size;
  }
  return { inputs };
}

function readNpy(body: Buffer): Batch['inputs'][string] {
  const start = prelude + body.readUInt16LE(8);
  const shape = /'shape': \(([^)]*)\)/.exec(body.toString('latin1', prelude, start))?.[1] ?? '';
  const dims = shape.split(',').filter((size) => size.trim() !== '');
  const bytes = Uint8Array.from(body.subarray(start));
  return { shape: dims.map(Number), data: new Float32Array(bytes.buffer) };
}
