import { dirname, join } from 'node:path';

import { expandedLine } from '@lowbit/report/text';

import { loadTfjs } from '../runtime/load-tfjs.js';
import { readStatistics } from '../statistics/read-statistics.js';
import { checkPlace, defaultFolder, outputPlace } from '../tfjs/output-place.js';
import { quantizeTfjs } from '../tfjs/quantize-into-files.js';
import { readTfjsJson, readTfjsModel } from '../tfjs/read-model.js';
import { writeModel } from '../tfjs/write-model.js';
import { quantizeDocument, type QuantizeDocument } from './quantize-document.js';
import { withStatisticsFolder } from '../statistics/statistics-folder.js';
import { extraFiles, extraOutputs, inputsOf } from './quantize-files.js';
import { modelKind } from '@lowbit/tfjs-format';
import { checkGain } from '../quantize/check-gain.js';
import { tfjsLoading } from '../output/loading.js';
import { bitsOf, nextOf, type QuantizeRun } from './quantize-run.js';
import { defined } from '@lowbit/core/adapter';

/** Quantizes a TensorFlow.js model and writes the result into a folder. */
export async function quantizeTfjsCommand(run: QuantizeRun): Promise<QuantizeDocument> {
  const { model, options, plan, signal, progress } = run;
  const { calibration } = options;
  const force = options.force === true;
  const { json } = await readTfjsJson(model.file, signal);
  const place = outputPlace(options.output ?? defaultFolder(model.path, bitsOf(run)));
  const shards = json.weightsManifest.flatMap(({ paths }) => paths);
  const besides = shards.map((path) => join(dirname(model.file), path));
  const inputs = [...inputsOf({ input: model.file }, options), ...besides] as const;
  await checkPlace(place, await extraOutputs(options), inputs, force);
  const stored = calibration === undefined ? undefined : await readStatistics(calibration, signal);
  const read = await readTfjsModel(model.file, signal);
  const tfjs = await loadTfjs('quantize');
  const job = { model: read, options, output: place.file, ...defined({ plan }) };
  const session = { signal, onProgress: progress.update };
  return quantizeTfjs(tfjs, job, stored, session, async (done) => {
    const note = done.expanded.map((entry) => `${expandedLine(entry)}.`).join(' ');
    checkGain(done.report, model.file, options, run.again, note);
    const isGraph = modelKind(json) === 'graph-model';
    const isPlain = done.saved.format === 'plain' && done.saved.ownLayers.length === 0;
    const next = nextOf(run, done.report, tfjsLoading(place.file, isGraph, isPlain));
    const extra = extraFiles(model.path, options, done, { next, ...(note === '' ? {} : { note }) });
    const files = [...done.files, ...extra];
    await withStatisticsFolder(options.saveCalibration, () =>
      writeModel(place.folder, files, { force, signal }),
    );
    const dataFiles = done.files.map(({ path }) => path).filter((path) => path !== place.file);
    const { saved, expanded } = done;
    return quantizeDocument({ input: model.file, output: place.file, dataFiles }, options, done, {
      saved,
      next,
      ...(expanded.length === 0 ? {} : { expanded }),
    });
  });
}
