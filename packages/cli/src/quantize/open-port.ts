import type { Batch, QuantizationPlan } from '@lowbit/core';
import { onnx, type OnnxPort } from '@lowbit/onnx';
import { basename } from 'node:path';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { fittedName } from '../files/output-name.js';
import { type DataFiles, dataFilesOf } from '../files/data-files.js';
import { loadRuntime, manyThreads, runtimeNames } from '../runtime/load-runtime.js';
import { integerForm } from '../usage/integer-form.js';
import { defined } from '@lowbit/core/adapter';

/** A model as it was read from its file, and what is wanted. */
export interface QuantizeJob {
  readonly file: string;
  /** Where the result goes, which a new data file is named after. */
  readonly output: string;
  readonly bytes: Uint8Array;
  readonly options: QuantizeOptions;
  /** Decides in place of the options. */
  readonly plan?: QuantizationPlan;
  /** Samples that show how far values go, where the model is to become float16. */
  readonly seen?: AsyncIterable<Batch>;
  /** Threads that the model runs on; default: many. */
  readonly threads?: number;
}

interface OpenedPort {
  readonly port: OnnxPort;
  readonly dataFiles: DataFiles;
}

/** The model as a port, with a runtime where there are data to run it on. @throws LowbitError as {@link loadRuntime}. */
export async function openPort(job: QuantizeJob, signal: AbortSignal): Promise<OpenedPort> {
  const { file, output, bytes, options, plan, threads = manyThreads } = job;
  const { optimize, target, external, freezeInputs, calibrate, runtime = runtimeNames[0] } = options;
  const halves = { keep: options.keepFloat32, interface: options.float16Interface === true };
  const float16 = options.float16 && { ...halves, ...defined({ data: job.seen }) };
  const integers = integerForm(options, plan);
  const ort = calibrate === undefined ? undefined : await loadRuntime('quantize', { name: runtime, threads });
  const dataFiles = dataFilesOf(file, signal);
  const port = onnx(bytes, {
    name: basename(file),
    optimize: optimize ?? 'speed',
    externalData: dataFiles.open,
    externalPath: dataFileName(output),
    external: external ?? 'fit',
    ...defined({ target, freezeInputs, float16, integers, ort, integersFor: namedFor(options, plan) }),
  });
  return { port, dataFiles };
}

/** What the options name compute in integers whatever is known of such layers; a plan brings its own along. */
function namedFor(
  { include, includeOp }: QuantizeOptions,
  plan: QuantizationPlan | undefined,
): readonly string[] | undefined {
  const named = [...include, ...includeOp];
  return plan === undefined && named.length > 0 ? named : undefined;
}

/**
 * The name of the data file beside a result: `model_q8.onnx` has `model_q8.onnx.data`, as other exporters write it. What
 * a path inside a model must not hold becomes `_`.
 */
export function dataFileName(output: string): string {
  // eslint-disable-next-line no-control-regex
  return fittedName(basename(output).replace(/[\u0000-\u001f\u007f\\?#:]/g, '_'), '.data');
}
