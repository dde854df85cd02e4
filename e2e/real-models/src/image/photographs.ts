import { readFileSync } from 'node:fs';
import { decode } from 'jpeg-js';
import { packageFile } from '../models.js';
import type { Image } from './image.js';

/** Portraits, street style and landscapes, below `assets/img` of the package, without `.jpg`. */
const FOLDERS = {
  'faces/':
    'avatar camp card-profile1-square card-profile2-square card-profile4-square card-profile5-square ' +
    'card-profile6-square christian kendall marc',
  'examples/':
    'clem-onojegaw clem-onojeghuo cynthia-del-rio mariya-georgieva olu-eletu ' +
    'studio-1 studio-2 studio-3 studio-4 studio-5',
  '': 'bg bg2 bg3 bg7 city city-profile',
};

/** The 26 distinct photographs used from the npm package material-kit 2.0.4 (MIT). */
export const PHOTOGRAPHS: readonly string[] = Object.entries(FOLDERS).flatMap(([folder, names]) =>
  names.split(' ').map((name) => folder + name),
);

const decoded = new Map<string, Image>();

/** One of `PHOTOGRAPHS`, decoded once. */
export function photograph(name: string): Image {
  const known = decoded.get(name);
  if (known !== undefined) return known;
  const file = readFileSync(packageFile('material-kit', `assets/img/${name}.jpg`));
  const { width, height, data } = decode(file, { useTArray: true, formatAsRGBA: false });
  const image = { width, height, data: new Uint8ClampedArray(data) };
  decoded.set(name, image);
  return image;
}
