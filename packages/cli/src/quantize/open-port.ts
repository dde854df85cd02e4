import { basename } from 'node:path';

import type { QuantizationPlan } from '@lowbit/core';
import { onnx, type OnnxPort } from '@lowbit/onnx';

import type { QuantizeOptions } from '../commands/quantize-options.js';
import { dataFileName } from '../files/data-file-name.js';
import { dataFilesOf, type DataFiles } from '../files/data-files.js';
import { loadRuntime, manyThreads, runtimeNames } from '../runtime/load-runtime.js';
import { integerForm } from '../usage/integer-form.js';

/** A model as it was read from its file, and what is wanted. */
export interface QuantizeJob {
  readonly file: string;
  /** Where the result goes, which a new data file is named after. */
  readonly output: string;
  readonly bytes: Uint8Array;
  readonly options: QuantizeOptions;
  /** Decides in place of the options. */
  readonly plan?: QuantizationPlan;
}

export interface OpenedPort {
  readonly port: OnnxPort;
  readonly dataFiles: DataFiles;
}

/** The model as a port, with a runtime where there are data to run it on. @throws LowbitError as {@link loadRuntime}. */
export async function openPort(job: QuantizeJob, signal: AbortSignal): Promise<OpenedPort> {
  const { file, output, bytes, options, plan } = job;
  const { optimize, target, external, calibrate, runtime = runtimeNames[0] } = options;
  const integers = integerForm(options, plan);
  const ort =
    calibrate === undefined
      ? undefined
      : await loadRuntime('quantize', { name: runtime, threads: manyThreads });
  const dataFiles = dataFilesOf(file, signal);
  const port = onnx(bytes, {
    name: basename(file),
    optimize: optimize ?? 'speed',
    externalData: dataFiles.read,
    externalPath: dataFileName(output),
    ...(target === undefined ? {} : { target }),
    ...(external === undefined ? {} : { external }),
    ...(integers === undefined ? {} : { integers }),
    ...(ort === undefined ? {} : { ort }),
  });
  return { port, dataFiles };
}
