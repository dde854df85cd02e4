import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { isLowbitError, type Batch, type ErrorCode, type LowbitError } from '@lowbit/core';
import { afterEach, expect } from 'vitest';

import { type DiskOptions, readBatches } from '../src/node/read-batches.js';

/** A file of the committed data. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

interface Golden {
  readonly arrays: Readonly<Record<string, { shape: number[]; values: number[] }>>;
  readonly archives: Readonly<Record<string, { shape: number[]; values: number[] }>>;
  readonly pictures: Readonly<Record<string, { width: number; height: number; rgb: number[] }>>;
  readonly resized: readonly {
    by: string;
    box: [number, number, number, number];
    width: number;
    height: number;
    values: number[];
  }[];
  readonly plane: { width: number; height: number; values: number[] };
}

/** What numpy and Pillow found in the committed files. */
export const golden = JSON.parse(readFileSync(fixture('golden.json'), 'utf8')) as Golden;

const folders: string[] = [];

/** A new folder that is removed after the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-calibration-'));
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

interface PlainValues {
  readonly shape: number[];
  readonly data: number[];
}

interface PlainBatch {
  readonly inputs: Readonly<Record<string, PlainValues>>;
  readonly labels?: unknown;
}

/** All batches at once, with plain arrays. */
export async function readAll(paths: readonly string[], spec: DiskOptions): Promise<PlainBatch[]> {
  const batches: PlainBatch[] = [];
  for await (const batch of readBatches(paths, spec)) batches.push(plain(batch));
  return batches;
}

/** A batch with plain arrays. */
export function plain({ inputs, labels }: Batch): PlainBatch {
  const values: Record<string, PlainValues> = {};
  for (const [name, { shape, data }] of Object.entries(inputs)) {
    values[name] = { shape: [...shape], data: Array.from(data) };
  }
  return { inputs: values, ...(labels === undefined ? {} : { labels: plainLabels(labels) }) };
}

/** Typed arrays in labels as lists. */
const plainLabels = (labels: unknown): unknown =>
  JSON.parse(
    JSON.stringify(labels, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
    ),
  );

/** The typed error that reading ends with. */
export async function failure(
  paths: readonly string[],
  spec: DiskOptions,
  code: ErrorCode = 'calibration-invalid',
): Promise<LowbitError> {
  const error: unknown = await readAll(paths, spec).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isLowbitError(error)) throw new Error('expected a LowbitError', { cause: error });
  expect(error.code, error.message).toBe(code);
  return error;
}

/** What is read for one input `x`. */
export function forInput(
  shape: readonly (number | string)[],
  more: Partial<DiskOptions> & { readonly type?: string } = {},
): DiskOptions {
  const { type = 'float32', ...rest } = more;
  return { inputs: [{ name: 'x', type, shape }], ...rest };
}
