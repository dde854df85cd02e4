import { readFile } from 'node:fs/promises';

import { isLowbitError } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import { npyBytes, readBatches, unitScale, type BlobOptions, type ReadOptions } from '../src/index.js';
import { describeData, readBatches as readDisk } from '../src/node/index.js';
import { fixture, forInput } from './support.js';

const path = fixture('f4.npy');
const options: ReadOptions = forInput(['N', 3]);
const picture: ReadOptions = forInput([1, 5, 7, 3]);
const fileOf = async (name: string) => new File([new Uint8Array(await readFile(fixture(name)))], name);

/** All batches of what the reader gives, or the error as code, place and remedy. */
async function outcome(read: () => AsyncIterable<unknown>): Promise<unknown> {
  try {
    let count = 0;
    for await (const batch of read()) count += batch === undefined ? 0 : 1;
    return count;
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const { code, where, remedy } = error;
    return remedy === undefined ? [code, where] : [code, where, remedy];
  }
}

describe('options', () => {
  const wrong: readonly [object, readonly string[]][] = [
    [{ batchsize: 3 }, ['unsupported-option', "readBatches: option 'batchsize'", 'Did you mean batchSize?']],
    [{ image: { means: [1] } }, ['unsupported-option', "image: option 'means'", 'Did you mean mean?']],
    [{ image: { resize: 'pad' } }, ['invalid-argument', 'image.resize']],
    [{ image: { layout: 'NCHW' } }, ['invalid-argument', 'image.layout']],
    [{ image: { channels: 'grey' } }, ['invalid-argument', 'image.channels']],
    [{ image: { mean: '0.5' } }, ['invalid-argument', 'image.mean']],
    [{ inputs: { x: {} } }, ['invalid-argument', 'inputs']],
    [{ inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 3] }] }, ['invalid-argument', 'inputs']],
  ];

  it.each(wrong)('%j are told on a disk and in a browser', async (more, expected) => {
    const given = { ...options, ...more } as ReadOptions;
    expect(await outcome(() => readDisk(path, given))).toEqual(expected);
    expect(await outcome(() => readBatches([], given))).toEqual(expected);
  });

  it('are needed', async () => {
    const expected = ['invalid-argument', 'readBatches: options'];
    expect(await outcome(() => readDisk(path, undefined as never))).toEqual(expected);
    expect(await outcome(() => readBatches([], undefined as never))).toEqual(expected);
  });
});

describe('what is given to read', () => {
  it('may be a list without an iterator, as that of an input element', async () => {
    const file = await fileOf('f4.npy');
    expect(await outcome(() => readBatches({ length: 1, 0: file }, options))).toBe(2);
  });

  it.each<[string, unknown, string | undefined]>([
    ['paths', ['a.npy'], 'Paths are for readBatches of @lowbit/data/node.'],
    ['a path', 'a.npy', 'Paths are for readBatches of @lowbit/data/node.'],
    ['bytes', new Uint8Array(3), 'Make a file of bytes: new File([bytes], name).'],
    ['a list of bytes', [new Uint8Array(3)], 'Make a file of bytes: new File([bytes], name).'],
    ['a promise', Promise.resolve([]), 'Wait for it with await.'],
    ['a single file', new File([], 'a.npy'), 'Put the file into a list: [file].'],
    ['a file for an input', { x: new File([], 'a.npy') }, 'Put the file into a list: [file].'],
    ['nothing', undefined, undefined],
  ])('is told when it is %s in place of files', async (_, given, remedy) => {
    const expected = ['invalid-argument', 'readBatches', ...(remedy === undefined ? [] : [remedy])];
    expect(await outcome(() => readBatches(given as never, options))).toEqual(expected);
  });

  it.each<[string, unknown, string | undefined]>([
    ['a file', new File([], 'a.npy'), 'Files are for readBatches of @lowbit/data.'],
    ['a list of files', [new File([], 'a.npy')], 'Files are for readBatches of @lowbit/data.'],
    ['a promise', Promise.resolve('a'), 'Wait for it with await.'],
    ['nothing', undefined, undefined],
    ['a list of nothing', [undefined], undefined],
  ])('is told when it is %s in place of paths', async (_, given, remedy) => {
    const expected = ['invalid-argument', 'readBatches', ...(remedy === undefined ? [] : [remedy])];
    expect(await outcome(() => readDisk(given as never, options))).toEqual(expected);
  });

  it('is described by one path as by a list', async () => {
    const rgb = fixture('rgb.png');
    expect(await describeData(rgb, picture)).toEqual(await describeData([rgb], picture));
  });

  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'undefined'],
    [
      'four bytes a pixel',
      () => ({ width: 1, height: 1, data: new Uint8Array(4) }),
      '4 bytes for 1×1 pixels',
    ],
    [
      'an error',
      () => {
        throw new Error('no picture');
      },
      'no picture',
    ],
  ])('is told with the file when decode gives %s', async (_, give, received) => {
    const decode = (async () => give()) as unknown as NonNullable<BlobOptions<File>['decode']>;
    const files = [await fileOf('rgb.png')];
    const run = async () => {
      for await (const batch of readBatches(files, { ...picture, decode })) void batch;
    };
    await expect(run()).rejects.toMatchObject({ code: 'calibration-invalid', where: 'rgb.png', received });
  });

  it('makes an npy file of typed arrays alone, Buffer among them', () => {
    expect(() => npyBytes([2], [1, 2] as never)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', received: 'Array' }),
    );
    expect(npyBytes([2], Buffer.of(1, 2))).toEqual(npyBytes([2], Uint8Array.of(1, 2)));
  });
});

describe('mean and deviation', () => {
  const read = (image: NonNullable<ReadOptions['image']>) =>
    outcome(() => readDisk(fixture('rgb.png'), { ...picture, image }));

  it('for pixels of 0 to 255 are refused with what does the same', async () => {
    const values = 'mean: [0.5], deviation: [0.00392157]';
    expect(await read({ mean: [127.5] })).toEqual([
      'invalid-argument',
      'image.mean',
      `Write ${values}; or give scale: 1, which leaves pixels at 0 to 255.`,
    ]);
    expect(await read({ mean: [0.5], deviation: [0.00392157] })).toBe(1);
    expect(await read({ mean: [127.5], scale: 1 })).toBe(1);
  });

  it('are told by themselves', () => {
    expect(unitScale({ mean: [0.5], deviation: [127.5] })).toEqual({
      wrong: 'deviation',
      mean: [0.5],
      deviation: [0.5],
    });
    expect(unitScale({ deviation: [1] })).toBeUndefined();
  });
});
