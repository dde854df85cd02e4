import type { FolderWriter, ModelFolder } from '../src/index.js';

export type Files = Readonly<Record<string, Uint8Array | string>>;

const bytesOf = (data: Uint8Array | string | undefined) =>
  typeof data === 'string' ? new TextEncoder().encode(data) : (data as Uint8Array);

/** A model's files in memory, and where the result of quantizing them goes. */
export function memoryFolder(files: Files): {
  readonly folder: ModelFolder;
  readonly writer: FolderWriter;
  readonly result: Map<string, Uint8Array>;
  readonly reads: string[];
} {
  const result = new Map<string, Uint8Array>();
  const reads: string[] = [];
  const folder: ModelFolder = {
    paths: Object.keys(files),
    async read(path) {
      reads.push(path);
      return bytesOf(files[path]);
    },
    beside: (graph) => (path) => bytesOf(files[graph.slice(0, graph.lastIndexOf('/') + 1) + path]),
  };
  const writer: FolderWriter = {
    async write(path, data) {
      result.set(path, data);
    },
    async copy(from, to) {
      result.set(to, bytesOf(files[from]));
    },
    async remove(path) {
      result.delete(path);
    },
  };
  return { folder, writer, result, reads };
}
