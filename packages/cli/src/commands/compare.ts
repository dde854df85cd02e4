import { setImmediate } from 'node:timers/promises';

import { areMany, defined, leastDecibels, stopIfAborted } from '@lowbit/core/adapter';
import { randomInputs, type CalibrationInput } from '@lowbit/data';
import type { CompareSettings } from '@lowbit/report';
import { comparisonText, type CompareDocument } from '@lowbit/report/text';

import type { ChosenInputs } from '../compare/compared-pair.js';
import { openPair } from '../compare/open-pair.js';
import { inputsFromData } from '../data/inputs-from-data.js';
import { standardStream, withStandardInput } from '../files/standard-streams.js';
import type { Io } from '../io.js';
import { findModel } from '../model/find-model.js';
import { commandWords } from '../output/changed-command.js';
import { createProgress, type Progress } from '../output/progress.js';
import { tell } from '../output/tell.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { throwAsUsage, usageError } from '../usage/usage-error.js';
import { type CompareOptions, dataPaths } from '../usage/compare-options.js';

/** `lowbit compare`: runs two models on the same inputs and tells how they differ. */
export async function compareCommand(
  first: string,
  second: string,
  options: CompareOptions,
  io: Io,
): Promise<void> {
  const progress = createProgress(io.stderr, options.json !== true && options.quiet !== true);
  try {
    if (first === standardStream && second === standardStream)
      throw usageError({ where: first, expected: 'one model on standard input', received: 'two' });
    await withStandardInput(first, io, (a, told) =>
      withStandardInput(second, told, async (b, { stdout }) => {
        const document = await compare(a, b, options, io, progress);
        progress.end();
        tell(stdout, options, {
          document,
          text: (colors) => `${comparisonText(document, colors)}\n`,
          next: afterCompare(document),
        });
      }),
    );
  } finally {
    progress.end();
  }
}

/** Random inputs say little; on real ones the worst float output decides, and classes that change, as for verdicts. */
function afterCompare({ a, b, inputs, outputs }: CompareDocument): string {
  if (inputs.source === 'random')
    return `${commandWords(['compare', a.file, b.file])} --calibrate PATH, with real inputs`;
  // What is empty, or NaN, on both sides tells nothing.
  const telling = outputs.filter(
    ({ values, nonFinite, otherShapes, bothNaN = 0 }) => values - bothNaN + nonFinite + otherShapes > 0,
  );
  if (telling.length === 0)
    return `${commandWords(['compare', a.file, b.file])} --calibrate PATH, with inputs on which ${a.file} gives numbers`;
  const isBad = telling.some(
    ({ type, sqnrDb, top1, values, nonFinite }) =>
      (type.startsWith('float') && sqnrDb !== null && !(sqnrDb >= leastDecibels)) ||
      // Of texts those that differ are counted so.
      (type === 'string' && areMany(values + nonFinite, values)) ||
      (top1 !== undefined && areMany(top1.rows, top1.same)),
  );
  return isBad
    ? `${commandWords(['quantize', a.file])} with more bits, and --calibrate with these inputs: its verdict says what to try`
    : `${b.file} can be loaded in place of ${a.file}`;
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
  const pair = await openPair(...(await bothModels(first, second, options)), methods, io.signal);
  try {
    const { a, b, runtime, inputs } = pair;
    const chosen: ChosenInputs =
      paths.length === 0
        ? chosenAtRandom(options, inputs)
        : await inputsFromData(paths, options, inputs, io.signal);
    const settings = settingsFrom(options, chosen.count ?? 0, io, progress);
    const comparison = await pair.compare(chosen, settings);
    return { a, b, sizeRatio: b.bytes / a.bytes, runtime, inputs: chosen.report, ...comparison };
  } finally {
    await pair.release();
  }
}

/** The topology is that of files of weights, which `.keras` files are not. */
async function bothModels(first: string, second: string, { topology }: CompareOptions) {
  const find = (path: string) => findModel(path, path.endsWith('.keras') ? {} : defined({ topology }));
  return [await find(first), await find(second)] as const;
}

function settingsFrom(
  { rounds, labels }: CompareOptions,
  batches: number,
  { signal }: Io,
  progress: Progress,
): CompareSettings {
  return {
    rounds,
    ...defined({ labels }),
    async before(phase, done) {
      // Lets signals in, which a run on this thread holds up.
      await setImmediate();
      stopIfAborted(signal, 'comparing models');
      const total = phase === 'time' ? rounds : batches;
      progress.update({ phase, done, total, ...(total === 0 ? { id: `batch ${done + 1}` } : {}) });
    },
  };
}

const randomNote =
  'Random inputs tell little: real ones reach other parts of the range of a network. Give data with --input or --calibrate.';

/** Random numbers of the shapes that the model asks for. @throws UsageError for sizes that do not fit. */
function chosenAtRandom(
  { seed, dim, limit }: CompareOptions,
  inputs: readonly CalibrationInput[],
): ChosenInputs {
  try {
    const { batches, count, sizes, values } = randomInputs(inputs, {
      seed,
      ...(dim && { sizes: dim }),
      ...(limit !== undefined && { batches: limit }),
    });
    return { batches, count, report: { source: 'random', seed, sizes, values, notes: [randomNote] } };
  } catch (error) {
    return throwAsUsage(error);
  }
}
