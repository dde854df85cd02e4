import type { ByteSource } from '../bytes/data-file.js';
import { invalid } from '../problems.js';
import { limits } from '../limits.js';
import { parseDictionary } from './dictionary.js';
import { npyType, npyTypeNames, type NpyType } from './element-types.js';

/** What an npy file says about itself. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly type: NpyType;
  /** As written, for messages. */
  readonly typeName: string;
  /** Whether the first axis varies fastest. */
  readonly fortranOrder: boolean;
  /** Bytes before the data. */
  readonly headerBytes: number;
  /** Bytes of the data. */
  readonly dataBytes: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads the header of an npy file, versions 1 to 3, and leaves the source at the data.
 *
 * @throws LowbitError `calibration-invalid` for anything that is not exactly such a header.
 */
export async function readNpyHeader(source: ByteSource, where: string): Promise<NpyHeader> {
  const start = await source.read(8);
  const version = start[6] as number;
  if (magic.some((byte, i) => start[i] !== byte)) {
    throw invalid(where, {
      expected: 'a file of numpy.save',
      received: 'another beginning',
    });
  }
  if (version < 1 || version > 3 || start[7] !== 0) {
    throw invalid(where, { expected: 'npy version 1.0, 2.0 or 3.0', received: `${version}.${start[7]}` });
  }
  const lengthBytes = await source.read(version === 1 ? 2 : 4);
  const length = lengthBytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (length > limits.npyHeader) {
    throw invalid(where, {
      expected: `a header of at most ${limits.npyHeader} bytes`,
      received: `${length}`,
    });
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(await source.read(length));
  return { ...described(text, where), headerBytes: 8 + lengthBytes.length + length };
}

function described(text: string, where: string): Omit<NpyHeader, 'headerBytes'> {
  const found = parseDictionary(text);
  const [typeName, fortranOrder, shape] = ['descr', 'fortran_order', 'shape'].map((key) => found?.get(key));
  const complete = typeof typeName === 'string' && typeof fortranOrder === 'boolean' && Array.isArray(shape);
  if (!complete || found?.size !== 3) {
    throw invalid(where, {
      expected: 'an npy header with descr (one plain type), fortran_order and shape',
      received: text.trim().slice(0, 200),
    });
  }
  const type = knownType(typeName, where);
  return { shape, type, typeName, fortranOrder, dataBytes: bytesOf(shape, type, where) };
}

function knownType(typeName: string, where: string): NpyType {
  const type = npyType(typeName);
  if (type !== undefined) return type;
  throw invalid(where, {
    expected: `one of the types ${npyTypeNames.join(', ')}`,
    received: typeName,
    remedy: "Convert the array before saving it, for instance with .astype('<f4').",
  });
}

function bytesOf(shape: readonly number[], type: NpyType, where: string): number {
  const bytes = shape.reduce((product, axis) => product * axis, type.bytes);
  if (shape.length <= limits.rank && shape.every(Number.isSafeInteger) && Number.isSafeInteger(bytes)) {
    return bytes;
  }
  throw invalid(where, {
    expected: `at most ${limits.rank} axes and fewer than 2⁵³ bytes`,
    received: `the shape (${shape.slice(0, limits.rank + 1).join(', ')})`,
  });
}
