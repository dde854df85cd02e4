import { calibrationInputs, lineKeys, readBatches } from '@lowbit/data';
import {
  type FolderOptions,
  type ModelFolder,
  quantizeFolder,
  type WrittenGraph,
} from '@lowbit/transformers';
import type { FolderLine, FolderOutcome, FolderWish } from '../../shared/messages.js';
import { LowbitError } from '@lowbit/core';
import { zipSync } from 'fflate';
import { sessionOptions, type Session } from '../session.js';
import { loadOrt } from './load-ort.js';

/** One fixed time for all entries: the same folder gives the same bytes. */
const mtime = '1980-01-01T12:00:00';

/**
 * Writes the graphs of a folder in all dtypes, and all of it into an archive.
 *
 * @throws LowbitError as `quantizeFolder`, `readBatches` and `loadOrt`; `file-unreadable`.
 */
export async function writeFolder(wish: FolderWish, session: Session): Promise<FolderOutcome> {
  const folder = folderOf(wish.files);
  const result = new Map<string, Uint8Array>();
  const { written, refused, withoutData } = await quantizeFolder(
    folder,
    {
      dtypes: wish.dtypes,
      ort: await loadOrt(),
      ...(await dataOf(wish, session)),
      ...sessionOptions(session),
    },
    {
      write: async (path, data) => void result.set(path, data),
      copy: async (from, to) => void result.set(to, await folder.read(from)),
      remove: async (path) => void result.delete(path),
    },
  );
  const root = `${wish.name}_transformers`;
  const entries = [...result].map(
    ([path, data]) => [`${root}/${path}`, [data, { level: 0, mtime }]] as const,
  );
  const note = `Unpack it below env.localModelPath, and load ${JSON.stringify(root)}.`;
  return {
    zip: { name: `${root}.zip`, bytes: zipSync(Object.fromEntries(entries) as never), note },
    written: written.map(lineOf),
    notes: [
      ...refused.map(({ dtype, graph, reason }) => `${dtype} is not written, for ${graph}: ${reason}`),
      ...written.flatMap(({ path, madeInputs = [] }) =>
        madeInputs.length === 0 ? [] : `${path} is rounded by random ${madeInputs.join(' and ')}`,
      ),
      ...withoutData.map(({ graph, reason }) => `${graph} is quantized without data, ${reason}`),
    ],
  };
}

/** JSON lines as data of all graphs, which take the inputs that they name. */
async function dataOf({ data }: FolderWish, { signal }: Session): Promise<Pick<FolderOptions, 'data'>> {
  const [first] = data;
  if (first === undefined) return {};
  return {
    data: {
      names: await lineKeys(first),
      read: (inputs, graph) => readBatches(data, { inputs: calibrationInputs(inputs, graph), signal }),
    },
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
