import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { crc32, deflateRawSync } from 'node:zlib';

import { isLowbitError } from '@lowbit/core';
import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';
import { readKeras } from '@lowbit/keras';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { failure, goldenValues, weightValues } from './support.js';
import { kerasCases, goldenOf } from './cases.js';
import { zip } from '../../data/test/zip.js';

// The package as it is built: there the reader of HDF5 runs in a worker.
const cases = await kerasCases('keras3');
const dense = cases.get('dense')!;

it('reads in a worker, and in one of its own for each file', async () => {
  const names = ['dense', 'conv2d', 'lstm'];
  const models = await Promise.all(names.map((name) => readKeras(cases.get(name)!.get('model.keras')!)));
  for (const [i, model] of models.entries()) {
    const { weights } = goldenOf(cases.get(names[i]!)!);
    expect(model.notes).toEqual([]);
    expect(await weightValues(model, Object.keys(weights))).toEqual(goldenValues(weights));
    model.close();
  }
});

it('leaves the bytes that it was given as they are', async () => {
  const bytes = dense.get('model.h5')!.slice();
  (await readKeras(bytes)).close();
  expect(bytes).toEqual(dense.get('model.h5'));
});

it('has parts of a file written where they are needed, where the file can', async () => {
  const bytes = dense.get('model.keras')!;
  let filled = 0;
  let sliced = 0;
  const file = (size: number) => ({
    ...{ name: 'model.keras', size: bytes.length },
    slice(start: number, end: number) {
      sliced += end - start;
      return { arrayBuffer: async () => new Uint8Array(bytes.subarray(start, end)).buffer };
    },
    async fill(into: Uint8Array, at: number) {
      const part = bytes.subarray(at, Math.min(size, at + into.length));
      into.set(part);
      filled += part.length;
      return part.length;
    },
  });
  const model = await readKeras(file(bytes.length));
  const { weights } = goldenOf(dense);
  expect(await weightValues(model, Object.keys(weights))).toEqual(goldenValues(weights));
  expect(filled).toBeGreaterThan(dense.get('model.weights.h5')!.length);
  model.close();
  const cut = await failure(readKeras(file(4000)));
  expect(['model-malformed', 'file-unreadable']).toContain(cut.code);
  expect(sliced).toBeGreaterThan(0);
});

/** A file as a disk has it, and which parts of it were read. */
function watched(bytes: Uint8Array, name: string) {
  const parts: [start: number, end: number][] = [];
  const slice = (start: number, end: number) => ({
    arrayBuffer: async () => {
      parts.push([start, end]);
      return bytes.slice(start, end).buffer as ArrayBuffer;
    },
  });
  return { parts, file: { name, size: bytes.length, slice } };
}

it('reads no more of a file than it needs, wherever the file lies', async () => {
  // HDF5 knows where its file ends; what follows is not read.
  const padded = new Uint8Array(30_000_000);
  padded.set(dense.get('model.h5')!);
  const { parts, file } = watched(padded, 'model.h5');
  const model = await readKeras(file);
  const { weights } = goldenOf(dense);
  expect(await weightValues(model, Object.keys(weights))).toEqual(goldenValues(weights));
  model.close();
  expect(Math.max(...parts.map(([start, end]) => end - start))).toBeLessThanOrEqual(2 ** 20);
  expect(parts.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(2 ** 20);
});

it.each([0, 8])('reads a .keras file whose entries are compressed by method %i', async (method) => {
  const entries = new Map<string, Uint8Array>();
  const archive = await zipArchive(blobFile(bytesBlob(dense.get('model.keras')!, 'model.keras'), 0));
  for (const entry of archive.entries) {
    const source = await archive.open(entry);
    entries.set(entry.name, await source.read(entry.bytes));
    await source.close();
  }
  const written = [...entries].map(([name, data]) => ({
    name,
    method,
    bytes: data.length,
    crc: crc32(data),
    data: method === 8 ? deflateRawSync(data) : data,
  }));
  const model = await readKeras(zip(written));
  const { weights } = goldenOf(dense);
  expect(await weightValues(model, Object.keys(weights))).toEqual(goldenValues(weights));
  model.close();
  const last = written.findIndex(({ name }) => name.endsWith('.h5'));
  const damaged = written.map((entry, i) => (i === last ? { ...entry, crc: 1 } : entry));
  expect(await failure(readKeras(zip(damaged)))).toMatchObject({ code: 'model-malformed' });
});

it('says so when a file changes or goes away before its weights are read', async () => {
  const bytes = new Uint8Array(10_000_000);
  bytes.set(dense.get('model.h5')!);
  for (const gone of [
    async () => new ArrayBuffer(1),
    async () => Promise.reject<ArrayBuffer>(new Error('gone')),
  ]) {
    const { file } = watched(bytes, 'model.h5');
    const opened = { there: true };
    const slice = (start: number, end: number) =>
      opened.there ? file.slice(start, end) : { arrayBuffer: gone };
    const reading = readKeras({ ...file, slice });
    opened.there = false;
    expect(await failure(reading)).toMatchObject({ code: 'file-unreadable', where: 'model.h5' });
  }
});

it('stops what takes too long, and opens the next file all the same', async () => {
  const error = await failure(readKeras(dense.get('model.keras')!, { timeLimit: 1e-3 }));
  expect(error).toMatchObject({
    code: 'model-malformed',
    received: expect.stringContaining('seconds') as string,
  });
  (await readKeras(dense.get('model.keras')!)).close();
});

it('can be cancelled, and does not read what was closed', async () => {
  const stop = new AbortController();
  const reading = failure(readKeras(dense.get('model.keras')!, { signal: stop.signal }));
  stop.abort();
  expect(await reading).toMatchObject({ code: 'aborted' });
  const model = await readKeras(dense.get('model.keras')!);
  model.close();
  expect(await failure(model.weights[0]!.read())).toMatchObject({ code: 'model-malformed' });
});

it('ends the worker of a file that cannot be opened', async () => {
  const workers: Worker[] = [];
  const note = (message: unknown) => void workers.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', note);
  const damaged = dense.get('model.h5')!.slice(0, 3000);
  expect(await failure(readKeras(damaged))).toMatchObject({ code: 'model-malformed' });
  unsubscribe('worker_threads', note);
  expect(workers).toHaveLength(1);
  // A worker that goes on keeps its number, and its memory.
  await expect.poll(() => workers[0]!.threadId, { timeout: 60_000 }).toBe(-1);
});

it('gives a typed error or a model for files that were changed anywhere', async () => {
  const files = ['dense', 'lstm'].flatMap((name) =>
    ['model.h5', 'model.keras'].map((file) => cases.get(name)!.get(file)!),
  );
  const damage = fc.record({
    file: fc.nat(files.length - 1),
    changes: fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    cut: fc.option(fc.nat(40_000), { freq: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, changes, cut }) => {
      const bytes = files[file]!.slice(0, cut ?? undefined);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const read = async () => {
        const model = await readKeras(bytes, { timeLimit: 1_000 });
        for (const weight of model.weights) await weight.read();
        model.close();
        return model;
      };
      const outcome: unknown = await read().catch((error: unknown) => error);
      const isTyped = isLowbitError(outcome) && !(outcome.cause instanceof TypeError);
      expect(isTyped || !(outcome instanceof Error), String(outcome)).toBe(true);
    }),
    { numRuns: 60, seed: 8 },
  );
});

it('stops for a signal that tells nothing by itself', async () => {
  const signal = { aborted: false };
  const { parts, file } = watched(dense.get('model.h5')!, 'model.h5');
  const slice = (start: number, end: number) => {
    // The first part tells what kind of file it is; the others are for the worker.
    if (parts.length > 0) signal.aborted = true;
    return file.slice(start, end);
  };
  expect(await failure(readKeras({ ...file, slice }, { signal }))).toMatchObject({ code: 'aborted' });
  expect(await failure(readKeras(dense.get('model.keras')!, { signal }))).toMatchObject({ code: 'aborted' });
});
