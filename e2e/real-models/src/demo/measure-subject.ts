import { quantize, type Report } from '@lowbit/core';
import { timePair } from '../measure/time-pair.js';
import type { TaskResult } from '../task.js';
import type { Subject } from './subjects.js';
import { variants, type Variant } from './variants.js';

/** What one variant of one model came to. */
export interface Row {
  readonly model: string;
  readonly method: string;
  readonly bits: number;
  readonly floatBytes: number;
  readonly storedBytes: number;
  readonly bitsPerWeight: number;
  /** Of the raw outputs, in decibels. */
  readonly outputSqnrDb: number;
  readonly usable: boolean;
  /** Share of the float model's decisions that are kept. */
  readonly kept: number;
  readonly task: string;
  /** Median times of one input, measured in turns with float, in milliseconds. */
  readonly floatMs: number;
  readonly quantizedMs: number;
  /** Wall time of quantizing, in milliseconds. */
  readonly quantizeMs: number;
}

export interface SubjectResult {
  readonly model: string;
  /** What the float model does on the same inputs. */
  readonly float: string;
  readonly rows: readonly Row[];
  readonly reports: readonly { readonly title: string; readonly report: Report }[];
}

const timingRounds = 3;

/** Quantizes a model in every variant, runs float and quantized on the task's inputs, and compares. */
export async function measureSubject<Artifact, Written>(
  subject: Subject<Artifact, Written>,
  tell: (step: string) => void,
): Promise<SubjectResult> {
  const { task } = subject;
  tell(`${task.name}: float`);
  const artifact = await task.load();
  const float = await task.run(artifact);
  const rows: Row[] = [];
  const reports: { title: string; report: Report }[] = [];
  for (const variant of variants) {
    tell(`${task.name}: ${variant.method}, ${variant.bits} bits`);
    const { row, report } = await measureVariant(subject, artifact, float, variant);
    rows.push(row);
    reports.push({ title: `${task.name}, ${variant.method}, ${variant.bits} bits`, report });
  }
  subject.release(artifact);
  return { model: task.name, float: float.task.summary, rows, reports };
}

async function measureVariant<Artifact, Written>(
  subject: Subject<Artifact, Written>,
  artifact: Artifact,
  float: TaskResult,
  { method, bits, weights }: Variant,
): Promise<{ row: Row; report: Report }> {
  const { task } = subject;
  const start = performance.now();
  const { model, report } = await quantize(subject.port(artifact), { weights, bits });
  const quantizeMs = performance.now() - start;
  const small = subject.artifact(model);
  const { sqnrDb, usable, kept, summary } = task.compare(float, await task.run(small));
  const { floatMs, quantizedMs } = await timePair(task, artifact, small, timingRounds);
  subject.release(small);
  const row: Row = {
    model: task.name,
    method,
    bits,
    floatBytes: report.modelBytes.before,
    storedBytes: report.modelBytes.after,
    bitsPerWeight: report.bitsPerWeight,
    outputSqnrDb: sqnrDb,
    usable,
    kept,
    task: summary,
    floatMs,
    quantizedMs,
    quantizeMs,
  };
  return { row, report };
}
