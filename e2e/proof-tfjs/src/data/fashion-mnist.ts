import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseIdx } from './idx.js';

/** Grey pictures of 28 × 28 and the class of each, 0 … 9. */
export interface Pictures {
  readonly count: number;
  /** `[count, 28, 28]`, 0 … 255. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

export interface FashionMnist {
  readonly training: Pictures;
  readonly test: Pictures;
}

/** Rows and columns of a picture. */
export const side = 28;
const pictureSize = side * side;

/** Where Debian's package `dataset-fashion-mnist` puts the files. */
const debian = '/usr/share/datasets/fashion-mnist';

/** The folder with the data; `undefined` when there is none. */
export function dataFolder(): string | undefined {
  const folder = process.env['LOWBIT_FASHION_MNIST'] ?? debian;
  return existsSync(join(folder, 'train-images-idx3-ubyte.gz')) ? folder : undefined;
}

/** What to do when {@link dataFolder} finds nothing. */
export const missingData =
  'Fashion-MNIST is not here. Install the Debian package dataset-fashion-mnist, or set LOWBIT_FASHION_MNIST to a folder ' +
  'with its four .gz files.';

/**
 * The first pictures of both parts.
 *
 * @param counts How many of the 60,000 and of the 10,000.
 */
export function loadFashionMnist(counts: { training: number; test: number }): FashionMnist {
  const folder = dataFolder();
  if (folder === undefined) throw new Error(missingData);
  return { training: part(folder, 'train', counts.training), test: part(folder, 't10k', counts.test) };
}

function part(folder: string, name: string, count: number): Pictures {
  const images = read(folder, `${name}-images-idx3-ubyte.gz`);
  const classes = read(folder, `${name}-labels-idx1-ubyte.gz`);
  const present = classes.shape[0] ?? 0;
  if (images.shape.join() !== `${present},${side},${side}` || present < count)
    throw new Error(`${folder}: ${count} pictures wanted, found [${images.shape}] and ${present} labels`);
  return {
    count,
    pixels: images.data.subarray(0, count * pictureSize),
    labels: classes.data.subarray(0, count),
  };
}

function read(folder: string, name: string) {
  return parseIdx(gunzipSync(readFileSync(join(folder, name))), name);
}
