import { quantize } from '@lowbit/core';
import { registry } from '@lowbit/onnx/register';
import type { ReportSection } from 'lowbit';
import { timePair } from '../measure/time-pair.js';
import type { TaskResult } from '../task.js';
import type { Subject } from './subjects.js';
import { variants, type Variant } from './variants.js';

/** What one variant of one model came to. */
export interface Row {
  readonly model: string;
  readonly method: string;
  /** Or what its budget is. */
  readonly bits: number | string;
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
  readonly reports: readonly ReportSection[];
}

const timingRounds = 3;

/** Quantizes a model in every variant, runs float and quantized on the task's inputs, and compares. */
export async function measureSubject<Artifact, Written>(
  subject: Subject<Artifact, Written>,
  tell: (step: string) => void,
  all: boolean,
): Promise<SubjectResult> {
  const { task } = subject;
  tell(`${task.name}: float`);
  const artifact = await task.load();
  const float = await task.run(artifact);
  const rows: Row[] = [];
  const reports: ReportSection[] = [];
  for (const variant of variants(all, subject.fewestBits)) {
    tell(`${task.name}: ${variant.method}, ${variant.width} bits`);
    const { row, ...done } = await measureVariant(subject, artifact, float, variant);
    rows.push(row);
    reports.push({ title: `${task.name}, ${variant.method}, ${variant.width} bits`, ...done });
  }
  subject.release(artifact);
  return { model: task.name, float: float.task.summary, rows, reports };
}

async function measureVariant<Artifact, Written>(
  subject: Subject<Artifact, Written>,
  artifact: Artifact,
  float: TaskResult,
  { method, width, bits, weights, uses }: Variant,
): Promise<{ row: Row } & Pick<ReportSection, 'report' | 'budget' | 'measurements'>> {
  const { task } = subject;
  const data =
    uses === 'nothing'
      ? {}
      : { data: await (uses === 'few inputs' ? task.calibration(artifact) : task.batches(artifact)) };
  const start = performance.now();
  const recipe = { weights, bits, registry, ...data };
  const done = await quantize(subject.port(artifact), recipe, { capture: 'once' });
  const { model, report, budget, measurements } = done;
  const quantizeMs = performance.now() - start;
  const small = subject.artifact(model);
  const { sqnrDb, usable, kept, summary } = task.compare(float, await task.run(small));
  const { floatMs, quantizedMs } = await timePair(task, artifact, small, timingRounds);
  subject.release(small);
  const row: Row = {
    model: task.name,
    method,
    bits: typeof bits === 'number' ? bits : width,
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
  return { row, report, ...(budget && { budget }), ...(measurements && { measurements }) };
}
