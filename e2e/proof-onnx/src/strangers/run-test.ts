import { readFileSync } from 'node:fs';
import type { Batch } from '@lowbit/core';
import { withSession, type Feeds } from '@lowbit/e2e-real-models';
import type { StrangersModel } from './find-models.js';
import { readTensor } from './read-tensor.js';

/** The shapes of a model's outputs, by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A model's own test: what it was given, and the shapes of what it gave. */
export interface TestRun {
  readonly feeds: Feeds;
  readonly shapes: Shapes;
}

/** Loads a model and runs it on the inputs of its test. Throws where the runtime cannot. */
export function runTest(bytes: Uint8Array, { inputs }: StrangersModel): Promise<TestRun> {
  return withSession(bytes, async (session) => {
    const tensors = inputs.map(
      (path, at) => [session.inputNames[at]!, readTensor(readFileSync(path))] as const,
    );
    const feeds = Object.fromEntries(tensors) as Feeds;
    return { feeds, shapes: shapesOf(await session.run(feeds)) };
  });
}

export function runFeeds(bytes: Uint8Array, feeds: Feeds): Promise<Shapes> {
  return withSession(bytes, async (session) => shapesOf(await session.run(feeds)));
}

/** Of outputs that are tensors; a sequence has no shape. */
function shapesOf(outputs: Feeds): Shapes {
  return Object.fromEntries(Object.entries(outputs).map(([name, { dims }]) => [name, dims]));
}

/** The feeds as calibration takes them; `undefined` where there is text among them. */
export function batchOf(feeds: Feeds): Batch | undefined {
  if (Object.values(feeds).some(({ type }) => type === 'string')) return undefined;
  const inputs = Object.entries(feeds).map(([name, { data, dims }]) => {
    return [name, { shape: dims, data: Array.from(data as ArrayLike<number>, Number) }] as const;
  });
  return { inputs: Object.fromEntries(inputs) };
}
