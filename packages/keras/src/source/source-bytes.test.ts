import { expect, it } from 'vitest';

import type { Hdf5Dataset, StoredType } from '../hdf5/contents.js';
import { optimizerBytes, sourceBytes } from './source-bytes.js';

const contents = (...given: readonly (readonly [string, readonly number[], StoredType])[]) => {
  const datasets = given.map(([path, shape, type]): [string, Hdf5Dataset] => [
    path,
    { path, shape, type, attributes: {} },
  ]);
  return { groups: new Map(), datasets: new Map(datasets) };
};

it('counts what the state of an optimizer takes, and nothing whose name is alike', () => {
  const given = contents(
    ['layers/dense/vars/0', [10, 10], 'float32'],
    ['optimizer/vars/0', [10, 10], 'float32'],
    ['optimizer/vars/1', [], 'int64'],
    ['optimizer_weights/adam/m:0', [3], 'bfloat16'],
    ['optimizer_weights/adam/is:0', [2], 'bool'],
    ['optimizer_layer/kernel:0', [7], 'float32'],
    ['layers/optimizer/vars/0', [7], 'float64'],
  );
  expect(optimizerBytes(given, 10_000)).toBe(400 + 8 + 6 + 2);
  expect(optimizerBytes(contents(['layers/dense/vars/0', [2], 'float32']), 0)).toBe(0);
});

it('is its part of a file whose values are compressed', () => {
  const given = contents(['dense/kernel:0', [100], 'float32'], ['optimizer/vars/0', [300], 'float32']);
  expect(optimizerBytes(given, 400)).toBe(300);
  expect(optimizerBytes(given, 0)).toBe(0);
});

it('counts files, texts and objects of all parts', () => {
  const bytes = new Uint8Array(5);
  expect(sourceBytes(bytes)).toBe(5);
  expect(sourceBytes(new Blob([bytes, 'é']))).toBe(7);
  expect(sourceBytes({ topology: '{"é":1}', weights: [bytes.buffer, bytes] })).toBe(8 + 10);
  expect(sourceBytes({ topology: { a: 1 } })).toBe(7);
  expect(sourceBytes({ modelJson: { a: 1 }, shards: { w: bytes } })).toBe(12);
});
