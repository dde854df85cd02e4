import type { Calibration } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { calibrationInputs } from '@lowbit/data';
import { interfaceOf, readModel, type OnnxResult } from '@lowbit/onnx';

import type { DataFiles } from '../files/data-files.js';
import { openPort, type QuantizeJob } from './open-port.js';
import {
  dataFor,
  type PortJob,
  quantizePort,
  type QuantizedPort,
  type QuantizeSession,
} from './quantize-port.js';

/** A quantized ONNX model, and how it came about. */
export interface QuantizedModel extends QuantizedPort<OnnxResult> {
  /** The files beside the original. */
  readonly dataFiles: DataFiles;
}

/**
 * Quantizes an ONNX model and writes it into memory.
 *
 * @param stored - statistics of an earlier run
 */
export async function quantizeModel(
  job: QuantizeJob,
  stored: Calibration | undefined,
  session: QuantizeSession,
): Promise<QuantizedModel> {
  const { dataFiles, ...opened } = await openOnnx(job, session.signal);
  return { ...(await quantizePort(opened, stored, session)), dataFiles };
}

/** The model, ready to be planned and quantized. */
export async function openOnnx(
  job: QuantizeJob,
  signal: AbortSignal,
): Promise<PortJob<OnnxResult> & { readonly dataFiles: DataFiles }> {
  const { file, bytes, options } = job;
  const inputs = () => calibrationInputs(interfaceOf(readModel(bytes, file)).inputs, file);
  const isSeen = options.float16 === true && options.calibrate !== undefined;
  const seen = isSeen ? await dataFor({ options, inputs }, signal) : undefined;
  return { ...job, ...(await openPort({ ...job, ...defined({ seen: seen?.batches }) }, signal)), inputs };
}
