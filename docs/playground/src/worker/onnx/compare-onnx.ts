import type { Batch } from '@lowbit/core';
import type { RunnableModel } from '@lowbit/core/adapter';
import { calibrationInputs } from '@lowbit/data';
import { type ExternalFile, type OnnxModel, type OnnxResult, openRunnable, readModel } from '@lowbit/onnx';
import { interfaceOf } from 'lowbit/browser';
import type { CompareInputs, CompareResult } from '../../shared/messages.js';
import { compareRuns } from '../compare/compare-runs.js';
import { makeBatches } from '../compare/make-batches.js';
import { beside, type DroppedFiles } from '../dropped-files.js';
import type { Session } from '../session.js';
import { loadOrt } from './load-ort.js';

/** The original as it was dropped and read. */
export interface OriginalOnnx {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly files: DroppedFiles;
  readonly model: OnnxModel;
}

/**
 * Runs the original and the result in onnxruntime-web.
 *
 * @throws LowbitError `runtime-failed`, `calibration-invalid`, `file-missing`, `aborted`.
 */
export async function compareOnnx(
  { name, bytes, files, model: read }: OriginalOnnx,
  result: OnnxResult,
  wanted: CompareInputs,
  session: Session,
): Promise<CompareResult> {
  session.onProgress({ label: 'Loading onnxruntime-web', done: 0, total: 1 });
  const { inputs, externalFiles } = interfaceOf(read);
  const batches = await makeBatches(calibrationInputs(inputs, name), wanted);
  const ort = await loadOrt();
  const opened: RunnableModel[] = [];
  const open = async (model: OnnxModel, own: Uint8Array, externalData: readonly ExternalFile[]) => {
    const runnable = await openRunnable(model, own, ort, { externalData });
    opened.push(runnable);
    return runnable;
  };
  try {
    const given = externalFiles.map((path) => ({ path, data: beside(files, path) }));
    const first = await open(read, bytes, given);
    const { bytes: own, externalData = [] } = result;
    const second = await open(readModel(own, 'the result'), own, externalData);
    const runs = [first, second].map((model) => running(model, batches)) as [Running, Running];
    return await compareRuns(...runs, first.outputs, batches.length, session);
  } finally {
    for (const model of opened) await model.close();
  }
}

type Running = ReturnType<typeof running>;

async function* running(model: RunnableModel, batches: readonly Batch[]) {
  for (const { inputs } of batches) yield await model.run(inputs);
}
