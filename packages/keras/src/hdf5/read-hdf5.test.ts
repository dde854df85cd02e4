import { File as Hdf5File, FS, ready } from 'h5wasm';
import { beforeAll, expect, test } from 'vitest';
import { memoryBytes } from './file-bytes.js';
import { readHdf5 } from './read-hdf5.js';

beforeAll(() => ready);

const values = Float32Array.from({ length: 3 * 1_100_000 }, (_, i) => i);

/** A file with one data set `w` of `values`. */
function written(shape: number[], chunks?: number[]): Uint8Array {
  const file = new Hdf5File('/written.h5', 'w');
  const packed = chunks === undefined ? {} : { chunks, compression: 'gzip' as const, compression_opts: 1 };
  file.create_dataset({ name: 'w', data: values, shape, dtype: '<f4', ...packed });
  file.close();
  return FS!.readFile('/written.h5');
}

test.each([
  ['one after the other', [3, 1_100_000], undefined],
  ['in packed pieces that lie across blocks', [3, 1100, 1000], [2, 700, 600]],
  ['in one row', [1, 3_300_000], undefined],
  ['in rows of one', [3_300_000], [500_000]],
])('data sets larger than a block are read in blocks, stored %s', async (_, shape, chunks) => {
  const reader = await readHdf5(memoryBytes(written(shape, chunks)));
  const bytes = reader.read('w');
  reader.close();
  expect(Buffer.compare(bytes, new Uint8Array(values.buffer))).toBe(0);
});
