import { betweenRuns } from '../compare/between-runs.js';
import { randomInputs, type ChosenInputs } from '../compare/chosen-inputs.js';
import { commonInputs, compareFiles } from '../compare/compare-files.js';
import type { CompareSettings } from '../compare/compare-sessions.js';
import { readModelFile } from '../compare/read-model-file.js';
import { loadRuntime } from '../runtime/load-runtime.js';
import { inputsFromData } from '../data/inputs-from-data.js';
import { checkInput } from '../files/read-input.js';
import type { Io } from '../io.js';
import { writeJson } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { dataPaths, type CompareOptions } from './compare-options.js';
import { comparisonText, type CompareDocument } from './comparison-text.js';

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
    else if (!options.quiet) io.stdout.write(comparisonText(document, io));
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
  for (const file of [first, second]) await checkInput(file);
  const runtime = await loadRuntime('compare');
  const a = await readModelFile(first, io.signal);
  const b = await readModelFile(second, io.signal);
  const inputs = commonInputs(a, b);
  const chosen: ChosenInputs =
    paths.length === 0
      ? randomInputs(options, inputs)
      : await inputsFromData(paths, options, inputs, io.signal);
  const settings = settingsFrom(options, chosen.count ?? 0, io, progress);
  const comparison = await compareFiles(runtime, [a, b], chosen, settings);
  return {
    a: { file: a.file, bytes: a.totalBytes },
    b: { file: b.file, bytes: b.totalBytes },
    sizeRatio: b.totalBytes / a.totalBytes,
    runtime: `onnxruntime-web ${runtime.env.versions.web ?? ''}`.trim() + ', WebAssembly, one thread',
    inputs: chosen.report,
    ...comparison,
  };
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
