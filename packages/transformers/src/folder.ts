import type { ReadExternalData } from '@lowbit/onnx';

/** The files of a model, as the hub of transformers.js has them. Paths are relative and have `/` between folders. */
export interface ModelFolder {
  readonly paths: readonly string[];
  /** All bytes of a file. */
  read(path: string): Promise<Uint8Array>;
  /** Reads the data files beside a graph. */
  beside(graph: string): ReadExternalData;
}

/** Where the files of the result go. */
export interface FolderWriter {
  write(path: string, data: Uint8Array): Promise<void>;
  /** Copies a file of the model. */
  copy(from: string, to: string): Promise<void>;
  /** Takes back what was written or copied. */
  remove(path: string): Promise<void>;
}

/** The folder of a file, which ends in `/` or is empty. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
