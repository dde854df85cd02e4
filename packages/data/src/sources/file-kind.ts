/** What a file holds, told by the end of its name. */
export type FileKind = 'image' | 'npy' | 'npz' | 'lines';

const kinds: Readonly<Record<string, FileKind>> = {
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  npy: 'npy',
  npz: 'npz',
  jsonl: 'lines',
  ndjson: 'lines',
};

/** Undefined for a file that no reader takes. */
export function fileKind(name: string): FileKind | undefined {
  const end = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(kinds, end) ? kinds[end] : undefined;
}

/** The ends of names, for messages. */
export const fileEnds = Object.keys(kinds)
  .map((end) => `.${end}`)
  .join(', ');
