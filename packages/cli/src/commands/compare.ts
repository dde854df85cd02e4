import type { CompareSettings } from '@lowbit/report';
import { comparisonText, type CompareDocument } from '@lowbit/report/text';

import { betweenRuns } from '../compare/between-runs.js';
import { randomInputs, type ChosenInputs } from '../compare/chosen-inputs.js';
import { openPair } from '../compare/open-pair.js';
import { inputsFromData } from '../data/inputs-from-data.js';
import type { Io } from '../io.js';
import { findModel } from '../model/find-model.js';
import { colorsFor } from '../output/colors.js';
import { writeJson } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { dataPaths, type CompareOptions } from './compare-options.js';

/** `lowbit compare`: runs two models on the same inputs and tells how they differ. */
export async function compareCommand(
  first: string,
  second: string,
  options: CompareOptions,
  io: Io,
): Promise<void> {
  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    const document = await compare(first, second, options, io, progress);
    progress.end();
    if (options.json) writeJson(io.stdout, document);
    else if (!options.quiet) io.stdout.write(comparisonText(document, colorsFor(io.stdout)));
  } finally {
    progress.end();
  }
}

async function compare(
  first: string,
  second: string,
  options: CompareOptions,
  io: Io,
  progress: Progress,
): Promise<CompareDocument> {
  const paths = dataPaths(options);
  const methods = await loadPlugins(options.plugin);
  const pair = await openPair(await findModel(first), await findModel(second), methods, io.signal);
  try {
    const { a, b, runtime, inputs } = pair;
    const chosen: ChosenInputs =
      paths.length === 0
        ? randomInputs(options, inputs)
        : await inputsFromData(paths, options, inputs, io.signal);
    const settings = settingsFrom(options, chosen.count ?? 0, io, progress);
    const comparison = await pair.compare(chosen, settings);
    return { a, b, sizeRatio: b.bytes / a.bytes, runtime, inputs: chosen.report, ...comparison };
  } finally {
    pair.release();
  }
}

function settingsFrom(
  { rounds, labels }: CompareOptions,
  batches: number,
  { signal }: Io,
  progress: Progress,
): CompareSettings {
  return {
    rounds,
    ...(labels === undefined ? {} : { labels }),
    async before(phase, done) {
      await betweenRuns(signal);
      const total = phase === 'time' ? rounds : batches;
      progress.update({ phase, done, total, ...(total === 0 ? { id: `batch ${done + 1}` } : {}) });
    },
  };
}
