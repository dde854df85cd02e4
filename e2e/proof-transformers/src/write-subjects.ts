import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FolderResult, quantizeFolder } from '@lowbit/transformers';
import * as ort from 'onnxruntime-web';
import type { Subject } from './models.js';

/** All dtypes that are written. */
export const asked = [
  'fp32',
  'fp16',
  'q8',
  'int8',
  'uint8',
  'q4',
  'q4f16',
  'bnb4',
  'q2',
  'q2f16',
  'q1',
  'q1f16',
];

/** Writes a model into `from`, and what is made of it for transformers.js into `to`; gives what became of it. */
export async function writeSubject(subject: Subject, from: string, to: string): Promise<FolderResult> {
  const { config, graph, fileLimit } = subject;
  const files = new Map<string, Uint8Array>([
    ['config.json', new TextEncoder().encode(JSON.stringify(config))],
    ['onnx/model.onnx', graph.bytes],
    ...(graph.externalData ?? []).map(({ path, data }) => [`onnx/${path}`, data] as const),
  ]);
  for (const [path, data] of files) await write(join(from, path), data);
  await rm(to, { recursive: true, force: true });
  const folder = {
    paths: [...files.keys()],
    read: async (path: string) => readFile(join(from, path)),
    beside: (path: string) => (name: string) => readFile(join(from, dirname(path), name)),
  };
  return quantizeFolder(
    folder,
    { dtypes: asked, ort, ...(fileLimit === undefined ? {} : { fileLimit }) },
    {
      write: (path, data) => write(join(to, path), data),
      async copy(source, path) {
        await mkdir(dirname(join(to, path)), { recursive: true });
        await copyFile(join(from, source), join(to, path));
      },
      remove: (path) => rm(join(to, path), { force: true }),
    },
  );
}

async function write(path: string, data: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, data);
}
