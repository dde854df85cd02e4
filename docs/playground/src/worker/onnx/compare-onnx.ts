import type { Batch } from '@lowbit/core';
import { calibrationInputs } from '@lowbit/data';
import {
  onnx,
  type OnnxModel,
  type OnnxPort,
  type OnnxResult,
  type ReadExternalData,
  type RunOutputs,
} from '@lowbit/onnx';
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
  const { inputs, outputs } = interfaceOf(read);
  const batches = await makeBatches(calibrationInputs(inputs, name), wanted);
  const ort = await loadOrt();
  const run = (file: string, model: Uint8Array, externalData: ReadExternalData) =>
    running(onnx(model, { name: file, ort, externalData }), batches);
  return compareRuns(
    run(name, bytes, async (path) => beside(files, path)),
    run('the result', result.bytes, async (path) => dataOf(result, path)),
    outputs,
    batches.length,
    session,
  );
}

function dataOf({ externalData = [] }: OnnxResult, wanted: string): Uint8Array {
  return externalData.find(({ path }) => path === wanted)?.data ?? new Uint8Array(0);
}

function running({ run }: OnnxPort, batches: readonly Batch[]): AsyncIterator<RunOutputs> {
  return run!(batches)[Symbol.asyncIterator]();
}
