import { dirname, join } from 'node:path';

import { sessionOptions } from '@lowbit/onnx';

import { readInput } from '../files/read-input.js';
import { quantizeModel } from '../quantize/quantize-model.js';
import { readStatistics } from '../statistics/read-statistics.js';
import { defaultOutput } from '../files/output-name.js';
import { quantizeDocument, type QuantizeDocument } from './quantize-document.js';
import { checkFiles, writeFiles } from './quantize-files.js';
import { checkStream } from '../files/standard-streams.js';
import { checkGain } from '../quantize/check-gain.js';
import { onnxLoading } from '../output/loading.js';
import { bitsOf, nextOf, type QuantizeRun } from './quantize-run.js';
import { defined } from '@lowbit/core/adapter';

/** Quantizes an ONNX model and writes the result. */
export async function quantizeOnnx(run: QuantizeRun): Promise<QuantizeDocument> {
  const { model, options, plan, signal, stdout, progress } = run;
  const input = model.file;
  const { target, calibration } = options;
  const paths = { input, output: options.output ?? defaultOutput(input, bitsOf(run), options.float16) };
  await checkFiles(paths, options);
  const stored = calibration === undefined ? undefined : await readStatistics(calibration, signal);
  const bytes = await readInput(input, signal);
  const job = { file: input, output: paths.output, bytes, options, ...defined({ plan }) };
  const done = await quantizeModel(job, stored, { signal, onProgress: progress.update });
  checkGain(done.report, input, options, run.again);
  const session = sessionOptions(done.report, defined({ target }));
  checkStream(paths.output, stdout, done.model.externalData);
  const beside = (done.model.externalData ?? []).map(({ path }) => join(dirname(paths.output), path));
  const next = nextOf(run, done.report, onnxLoading(paths.output, beside, session));
  const dataFiles = await writeFiles(paths, options, done, { signal, stdout, next });
  return quantizeDocument({ ...paths, dataFiles }, options, done, { sessionOptions: session, next });
}
