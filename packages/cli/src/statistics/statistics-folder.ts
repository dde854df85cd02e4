import { type Calibration, storeStatistics } from '@lowbit/core';
import { join } from 'node:path';
import { inFolder } from '../files/make-folders.js';
import { exists } from '../files/path-exists.js';
import type { OutputFile } from '../files/write-outputs.js';
import { isFolder } from '../usage/statistics-place.js';

/** The file that says whether something is there: the last that is written. */
export async function statisticsPlace(path: string): Promise<string> {
  return isFolder(path) && (await exists(path)) ? join(path, 'statistics.json') : path;
}

/** Statistics as one JSON file, or as files of a folder; what these hold is gathered when they are written. */
export function statisticsFiles(path: string, calibration: Calibration): readonly OutputFile[] {
  if (!isFolder(path)) return [{ path, data: `${JSON.stringify(calibration)}\n` }];
  return storeStatistics(calibration).map(({ path: name, data }) => ({ path: join(path, name), data }));
}

/** Writes with the folder of statistics there, where one is to be written. */
export const withStatisticsFolder = <T>(path: string | undefined, write: () => Promise<T>): Promise<T> =>
  path !== undefined && isFolder(path) ? inFolder(path, write) : write();
