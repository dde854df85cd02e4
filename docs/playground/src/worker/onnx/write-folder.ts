import { type ModelFolder, quantizeFolder, type WrittenGraph } from '@lowbit/transformers';
import type { FolderLine, FolderOutcome, FolderWish } from '../../shared/messages.js';
import { LowbitError } from '@lowbit/core';
import { zipSync } from 'fflate';
import { sessionOptions, type Session } from '../session.js';

/** One fixed time for all entries: the same folder gives the same bytes. */
const mtime = '1980-01-01T12:00:00';

/**
 * Writes the graphs of a folder in all dtypes, and all of it into an archive.
 *
 * @throws LowbitError as `quantizeFolder`; `file-unreadable`.
 */
export async function writeFolder(
  { name, files, dtypes }: FolderWish,
  session: Session,
): Promise<FolderOutcome> {
  const folder = folderOf(files);
  const result = new Map<string, Uint8Array>();
  const { written, refused } = await quantizeFolder(
    folder,
    { dtypes, ...sessionOptions(session) },
    {
      write: async (path, data) => void result.set(path, data),
      copy: async (from, to) => void result.set(to, await folder.read(from)),
      remove: async (path) => void result.delete(path),
    },
  );
  const root = `${name}_transformers`;
  const entries = [...result].map(
    ([path, data]) => [`${root}/${path}`, [data, { level: 0, mtime }]] as const,
  );
  const note = `Unpack it below env.localModelPath, and load ${JSON.stringify(root)}.`;
  return {
    zip: { name: `${root}.zip`, bytes: zipSync(Object.fromEntries(entries) as never), note },
    written: written.map(lineOf),
    refused: refused.map(({ dtype, graph, reason }) => `${dtype} is not written, for ${graph}: ${reason}`),
  };
}

function folderOf(files: FolderWish['files']): ModelFolder {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  const fileAt = (path: string): File => {
    const file = byPath.get(path);
    if (file !== undefined) return file;
    throw new LowbitError({
      code: 'file-missing',
      where: path,
      expected: 'this file in the folder',
      received: [...byPath.keys()].slice(0, 20).join(', '),
      remedy: 'Take the whole folder of the model.',
    });
  };
  return {
    paths: [...byPath.keys()],
    read: async (path) => new Uint8Array(await fileAt(path).arrayBuffer()),
    beside: (graph) => (path) => fileAt(graph.slice(0, graph.lastIndexOf('/') + 1) + path),
  };
}

const lineOf = ({ path, bytes, report }: WrittenGraph): FolderLine => ({
  path,
  ...bytes,
  verdict: report === undefined ? 'as it is' : (report.verdict?.reason ?? ''),
});
