import { dirname } from 'node:path';

import { defined } from '@lowbit/core/adapter';
import { sessionOptions } from '@lowbit/onnx';

import { checkStream } from '../files/standard-streams.js';
import { suffixOf } from '../files/output-name.js';
import { readAsKeras } from '../keras/read-as-keras.js';
import { kerasOutput } from '../keras/keras-output.js';
import { openKeras } from '../keras/open-keras.js';
import { quantizePort } from '../quantize/quantize-port.js';
import { modelFiles } from '../model/model-files.js';
import { readStatistics } from '../statistics/read-statistics.js';
import { writeModel } from '../tfjs/write-model.js';
import { quantizeDocument, type QuantizeDocument } from './quantize-document.js';
import { withStatisticsFolder } from '../statistics/statistics-folder.js';
import { extraFiles, extraOutputs, inputsOf } from './quantize-files.js';
import { checkGain } from '../quantize/check-gain.js';
import { onnxLoading, tfjsLoading } from '../output/loading.js';
import { bitsOf, nextOf, type QuantizeRun } from './quantize-run.js';
import { sharesOf } from '../output/progress.js';

/** Quantizes a model of Keras and writes it as a folder for TensorFlow.js, or as an ONNX file. */
export async function quantizeKeras(run: QuantizeRun): Promise<QuantizeDocument> {
  const { model, options, signal, stdout, progress } = run;
  const { to = 'tfjs', calibration, target } = options;
  const force = options.force === true;
  const [, ...besides] = await modelFiles(model, signal);
  const inputs = [...inputsOf({ input: model.file }, options), ...besides] as const;
  const place = {
    to,
    model: model.path,
    output: options.output,
    suffix: `_${suffixOf(bitsOf(run))}`,
    inputs,
    force,
  };
  const output = await kerasOutput(place, await extraOutputs(options));
  const stored = calibration === undefined ? undefined : await readStatistics(calibration, signal);
  const { methods } = options;
  const reading = { command: 'quantize', methods, signal, onProgress: sharesOf('read', progress) };
  const read = await readAsKeras(model, reading);
  try {
    const session = { signal, onProgress: progress.update };
    const done = await quantizePort(await openKeras(run, read, output), stored, session);
    const { files } = done.model;
    checkGain(done.report, model.file, options, run.again);
    const dataFiles = files.map(({ path }) => path).filter((path) => path !== output);
    checkStream(output, stdout, dataFiles);
    const loadable = to === 'onnx' ? sessionOptions(done.report, defined({ target })) : undefined;
    const loading =
      loadable === undefined ? tfjsLoading(output, false, false) : onnxLoading(output, dataFiles, loadable);
    const next = nextOf(run, done.report, loading);
    const all = [...files, ...extraFiles(model.file, options, done, { next })];
    await withStatisticsFolder(options.saveCalibration, () =>
      writeModel(dirname(output), all, { force, signal, stdout }),
    );
    const ofKind = { next, ...defined({ sessionOptions: loadable }) };
    return quantizeDocument({ input: model.file, output, dataFiles }, options, done, ofKind);
  } finally {
    read.close();
  }
}
