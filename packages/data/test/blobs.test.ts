import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isLowbitError } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import { readBatches, type BlobOptions, type GivenBlobs, type ReadOptions } from '../src/index.js';
import { failure, fixture, golden, newFolder, plain, readAll } from './support.js';

/** What is read for one input `x`, from a disk or a browser. */
const forInput = (shape: readonly (number | string)[]): ReadOptions => ({
  inputs: [{ name: 'x', type: 'float32', shape }],
});

const fileOf = async (name: string, bytes?: Uint8Array<ArrayBuffer>) =>
  new File([bytes ?? new Uint8Array(await readFile(fixture(name)))], name);

async function readBlobs<B extends Blob>(blobs: GivenBlobs<B>, options: BlobOptions<B>) {
  const batches: ReturnType<typeof plain>[] = [];
  for await (const batch of readBatches(blobs, options)) batches.push(plain(batch));
  return batches;
}

const errorOf = (reading: Promise<unknown>) =>
  reading.then(
    () => undefined,
    (error: unknown) => (isLowbitError(error) ? error : undefined),
  );

describe('files of a browser', () => {
  it.each(['rgb.png', 'interlaced.png', 'palette4.png', 'full-color.jpg', 'progressive.jpg'])(
    '%s gives what it gives from a disk, by its name and without one',
    async (name) => {
      const { width, height } = golden.pictures[name]!;
      const options = forInput([1, height, width, 3]);
      const expected = await readAll([fixture(name)], options);
      const file = await fileOf(name);
      expect(await readBlobs([file], options)).toEqual(expected);
      expect(await readBlobs([new Blob([file])], options)).toEqual(expected);
    },
  );

  it.each(['f4.npy', 'fortran.npy', 'version3.npy'])('%s gives what it gives from a disk', async (name) => {
    const [count, ...rest] = golden.arrays[name.slice(0, -4)]?.shape ?? [2, 3];
    const options = { ...forInput(['N', ...rest]), batchSize: count ?? 1 };
    const expected = await readAll([fixture(name)], options);
    const file = await fileOf(name);
    expect(await readBlobs([file], options)).toEqual(expected);
    expect(await readBlobs([new Blob([file])], options)).toEqual(expected);
  });

  it.each(['stored.npz', 'deflated.npz'])('%s gives what it gives from a disk', async (name) => {
    const inputs = [
      { name: 'x', type: 'float32', shape: ['N', 3] },
      { name: 'n', type: 'int64', shape: ['N'] },
    ];
    const expected = await readAll([fixture(name)], { inputs });
    const file = await fileOf(name);
    expect(await readBlobs([file], { inputs })).toEqual(expected);
    expect(await readBlobs([new Blob([file])], { inputs })).toEqual(expected);
  });

  it('are read again on each iteration, with labels and a limit', async () => {
    const lines = new File(['{"x": [1, 2]}\n{"x": [3, 4]}\n{"x": [5, 6]}\n'], 'data.jsonl');
    const labels = new File(['cat\ndog\ncat\n'], 'labels.txt');
    const batches = readBatches([lines], { ...forInput(['N', 2]), labels, limit: 2 });
    for (let round = 0; round < 2; round++) {
      const found: unknown[] = [];
      for await (const batch of batches) found.push(plain(batch));
      expect(found).toEqual([
        { inputs: { x: { shape: [1, 2], data: [1, 2] } }, labels: [0] },
        { inputs: { x: { shape: [1, 2], data: [3, 4] } }, labels: [1] },
      ]);
    }
  });

  it('are given by input, and decoded in another way', async () => {
    const inputs = [
      { name: 'picture', type: 'float32', shape: ['N', 1, 2, 3] },
      { name: 'scale', type: 'float32', shape: ['N', 3] },
    ];
    const image = { scale: 1, layout: 'nhwc' } as const;
    const seen: string[] = [];
    const decode = async ({ name }: File) => {
      seen.push(name);
      return { width: 2, height: 1, data: Uint8Array.of(0, 51, 102, 153, 204, 255) };
    };
    const picture = [await fileOf('a.webp', new Uint8Array(4)), await fileOf('b.webp', new Uint8Array(4))];
    const scale = [await fileOf('f4.npy')];
    const batches = await readBlobs({ picture, scale }, { inputs, image, decode });
    expect(seen).toEqual(['a.webp', 'b.webp']);
    expect(batches.map(({ inputs: { picture: values } }) => values?.data)).toEqual([
      [0, 51, 102, 153, 204, 255],
      [0, 51, 102, 153, 204, 255],
    ]);
    expect(await errorOf(readBlobs({ pictures: picture }, { inputs, decode }))).toMatchObject({
      code: 'invalid-argument',
      where: 'pictures',
    });
  });

  it.each([
    ['rgb.png', [1, 5, 7, 3]],
    ['full-color.jpg', ['N', 8, 8, 3]],
    ['f4.npy', ['N', 3]],
    ['stored.npz', ['N', 3]],
    ['deflated.npz', ['N', 3]],
  ])('damage in %s is told as on a disk', async (name, shape) => {
    const bytes = new Uint8Array(await readFile(fixture(name)));
    const cut = bytes.slice(0, bytes.length - 30);
    const path = join(await newFolder(), name);
    await writeFile(path, cut);
    const expected = await failure([path], forInput(shape));
    const error = await errorOf(readBlobs([await fileOf(name, cut)], forInput(shape)));
    expect(error?.message).toBe(expected.message.replaceAll(path, name));
  });

  it('are called by their place when they have no name', async () => {
    const error = await errorOf(readBlobs([new Blob(['nothing'])], forInput(['N', 3])));
    expect(error).toMatchObject({ code: 'calibration-invalid', where: 'file 1' });
    expect(await errorOf(readBlobs([], forInput(['N', 3])))).toMatchObject({ received: 'none' });
    await failure([], forInput(['N', 3]), 'invalid-argument');
  });
});
