import { extname } from 'node:path';

/** Whether a path of statistics is that of a folder: a JSON file holds those of activations alone. */
export const isFolder = (path: string): boolean => extname(path) !== '.json';
