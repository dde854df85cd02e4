import type { CancelSignal } from '@lowbit/core';
import type { DataFile } from '../bytes/data-file.js';
import type { Pixels } from '../image/pixels.js';
import type { CalibrationInput } from '../input/options.js';
import type { LabelLookup } from './label-lookup.js';

/** What a file holds. */
export type FileKind = 'image' | 'npy' | 'npz' | 'lines';

/** Files of one kind that were given together. */
export interface FileGroup {
  readonly kind: FileKind;
  readonly files: readonly DataFile[];
  /** The input they are for, when it was named. */
  readonly input?: CalibrationInput;
}

/** Where data come from: paths of a disk, or files of a browser. */
export interface DataSource {
  /** What was given, and what that is called, for messages. */
  readonly given: readonly string[];
  readonly words: 'paths' | 'files';
  /** The files, looked up anew on each call. */
  groups(signal?: CancelSignal): AsyncIterable<FileGroup>;
  /** How pictures are decoded. Default: JPEG and PNG files, the same everywhere. */
  decode?(file: DataFile): Promise<Pixels>;
  readonly labels?: {
    readonly where: string;
    /** @param pictures - the samples, when they are pictures */
    read(pictures: readonly DataFile[] | undefined): Promise<LabelLookup>;
  };
}

const kinds: Readonly<Record<string, FileKind>> = {
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  npy: 'npy',
  npz: 'npz',
  jsonl: 'lines',
  ndjson: 'lines',
};

/** What a file holds, told by the end of its name; undefined for a file that no reader takes. */
export function fileKind(name: string): FileKind | undefined {
  const end = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(kinds, end) ? kinds[end] : undefined;
}

/** The ends of names, for messages. */
export const fileEnds = Object.keys(kinds)
  .map((end) => `.${end}`)
  .join(', ');
