import { sessionOptions } from '@lowbit/onnx';

import { readInput } from '../files/read-input.js';
import { quantizeModel } from '../quantize/quantize-model.js';
import { readStatistics } from '../statistics/read-statistics.js';
import { defaultOutput } from '../files/output-name.js';
import { quantizeDocument, type QuantizeDocument } from './quantize-document.js';
import { checkFiles, writeFiles } from './quantize-files.js';
import { bitsOf, type QuantizeRun } from './quantize-run.js';
import { defined } from '@lowbit/core/adapter';

/** Quantizes an ONNX model and writes the result. */
export async function quantizeOnnx(run: QuantizeRun): Promise<QuantizeDocument> {
  const { model, options, plan, signal, progress } = run;
  const input = model.file;
  const { target, calibration } = options;
  const paths = { input, output: options.output ?? defaultOutput(input, bitsOf(run)) };
  await checkFiles(paths, options);
  const stored = calibration === undefined ? undefined : await readStatistics(calibration, signal);
  const bytes = await readInput(input, signal);
  const job = { file: input, output: paths.output, bytes, options, ...defined({ plan }) };
  const done = await quantizeModel(job, stored, { signal, onProgress: progress.update });
  const dataFiles = await writeFiles(paths, options, done, signal);
  return quantizeDocument({ ...paths, dataFiles }, options, done, {
    sessionOptions: sessionOptions(done.report, target === undefined ? {} : { target }),
  });
}
