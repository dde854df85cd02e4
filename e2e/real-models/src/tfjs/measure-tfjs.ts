import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantize } from '@lowbit/core';
import { indexOfLargest } from '../measure/index-of-largest.js';
import { sqnrDb } from '../measure/sqnr.js';
import { fileBytes, opened, outputsOf } from './read-back.js';
import type { Call, TfjsSubject } from './subject.js';
import type { TfjsVariant } from './variants.js';

/** One form of one model, as it came back from disk. */
export interface TfjsRow {
  readonly model: string;
  readonly variant: string;
  /** Bytes of `model.json` and the weight files, as they are and after brotli. */
  readonly diskBytes: number;
  readonly brotliBytes: number;
  /** Bytes of weights in the running model: as float32, and left packed; `null` where none is, or the loader cannot. */
  readonly floatMemoryBytes: number;
  readonly packedMemoryBytes: number | null;
  /** Samples, and the share of them that gets the class that the model gives as it is. */
  readonly samples: number;
  readonly agreement: number;
  /** Share of right classes; `null` where they are not known. */
  readonly accuracy: number | null;
  /** Signal to noise ratio of the outputs in decibels; `null` when they are equal. */
  readonly outputSqnrDb: number | null;
}

/** Saves, loads and runs a model as it is and in every variant. */
export async function measureTfjs<Model>(
  subject: TfjsSubject<Model>,
  variants: readonly TfjsVariant[],
  tell: (step: string) => void = () => undefined,
): Promise<TfjsRow[]> {
  tell(`${subject.name}: as it is`);
  const model = await subject.load();
  const float = await readBack(subject, model);
  const rows = [rowOf(subject, 'as it is', float, float)];
  for (const variant of variants) {
    tell(`${subject.name}: ${variant.name}`);
    const port = subject.port(model);
    const { model: small } = await quantize(port, variant.recipe(await port.layers()));
    rows.push(rowOf(subject, variant.name, await readBack(subject, small), float));
    subject.release(small);
  }
  subject.release(model);
  return rows;
}

type Readings = Awaited<ReturnType<typeof readBack>>;

/** Saves a model into a folder, loads it from there and runs it. */
async function readBack<Model>(subject: TfjsSubject<Model>, model: Model) {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-real-'));
  try {
    const saved = await subject.save(model, folder);
    const float = await opened(() => subject.open(folder, 'float'));
    const outputs = await outputsOf(float.running, subject.calls());
    float.running.close();
    const isPacked = saved.weights.some(({ form }) => form.startsWith('packed'));
    const weightBytes = saved.weights.reduce((sum, { bytes }) => sum + bytes, 0);
    const packedMemory =
      subject.staysPacked && isPacked ? (await packedBytes(subject, folder)) + weightBytes : null;
    return { ...(await fileBytes(folder)), outputs, floatMemory: float.tensorBytes, packedMemory };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bytes of tensors beside the file's own bytes, which stay in memory, when weights stay packed. */
async function packedBytes(subject: TfjsSubject<never> | TfjsSubject, folder: string): Promise<number> {
  const { running, tensorBytes } = await opened(() => subject.open(folder, 'packed'));
  running.close();
  return tensorBytes;
}

function rowOf(
  subject: TfjsSubject<never> | TfjsSubject,
  variant: string,
  now: Readings,
  float: Readings,
): TfjsRow {
  const calls = subject.calls();
  const given = classesOf(now.outputs, calls);
  const wanted = classesOf(float.outputs, calls);
  const labels = calls.flatMap((call) => call.labels ?? []);
  const ratio = sqnrDb(float.outputs, now.outputs);
  return {
    model: subject.name,
    variant,
    diskBytes: now.disk,
    brotliBytes: now.brotli,
    floatMemoryBytes: now.floatMemory,
    packedMemoryBytes: now.packedMemory,
    samples: given.length,
    agreement: share(given, wanted),
    accuracy: labels.length === 0 ? null : share(given, labels),
    outputSqnrDb: ratio === Infinity ? null : ratio,
  };
}

/** The likeliest class of each sample. */
function classesOf(outputs: readonly Float32Array[], calls: readonly Call[]): number[] {
  return outputs.flatMap((values, i) => {
    const samples = calls[i]!.inputs[0]!.shape[0]!;
    const classes = values.length / samples;
    return Array.from({ length: samples }, (_, sample) =>
      indexOfLargest(values.subarray(sample * classes, (sample + 1) * classes)),
    );
  });
}

function share(given: readonly number[], wanted: readonly number[]): number {
  return given.filter((value, i) => value === wanted[i]).length / wanted.length;
}
