import { quantize, type Report } from '@lowbit/core';
import { withModelBytes } from '@lowbit/core/adapter';
import { calibrationInputs } from '@lowbit/data';
import { formatBytes, formatDecibels } from 'lowbit/browser';
import type { CompareInputs, CompareResult, Download, DownloadForm } from '../../shared/messages.js';
import { compareRuns } from '../compare/compare-runs.js';
import { makeBatches } from '../compare/make-batches.js';
import type { DroppedFiles } from '../dropped-files.js';
import { nothingQuantized } from '../nothing-quantized.js';
import type { OpenedModel } from '../open-model.js';
import { recipeOf } from '../recipe.js';
import { sessionOptions, type Session } from '../session.js';
import { loadKind } from './load-kind.js';
import { runTfjs } from './run-tfjs.js';
import { tfjsFacts } from './tfjs-facts.js';
import type { TfjsKind } from './tfjs-kind.js';
import { bytesOfModel } from './read-artifacts.js';
import { saveInMemory, zipFiles, type SavedFiles } from './save-in-memory.js';

/** Opens a `model.json` that was dropped with its weight files. @throws LowbitError as `loadKind`. */
export function openTfjs(name: string, files: DroppedFiles): Promise<OpenedModel> {
  return loadKind(name, files, (kind) => openKind(name, files, kind));
}

async function openKind<M>(name: string, files: DroppedFiles, kind: TfjsKind<M>): Promise<OpenedModel> {
  const facts = await tfjsFacts(name, files, kind);
  let last: { readonly model: M; readonly format: DownloadForm } | undefined;
  const result = () => {
    if (last === undefined) throw nothingQuantized();
    return last;
  };
  const disposeLast = () => {
    if (last !== undefined) kind.dispose(last.model);
    last = undefined;
  };
  return {
    facts,
    async quantize(settings, session) {
      const { format = 'packed' } = settings;
      const { model, report } = await quantize(
        kind.port({ format }),
        recipeOf(settings),
        sessionOptions(session),
      );
      disposeLast();
      last = { model, format };
      return withFileBytes(report, bytesOfModel(name, files), await savedFiles(kind, model));
    },
    compare: async (inputs, session) => compare(kind, name, result().model, inputs, session),
    download: async (form) => {
      const { model, format } = result();
      return [await download(kind, name, model, format === 'plain' ? format : form)];
    },
    dispose() {
      disposeLast();
      kind.dispose(kind.original);
    },
  };
}

/** The report with the sizes of files: those that were dropped, and those of the download. */
function withFileBytes(report: Report, before: number, { files }: SavedFiles): Report {
  const after = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  return withModelBytes(report, { before, after });
}

const savedFiles = <M>(kind: TfjsKind<M>, model: M): Promise<SavedFiles> =>
  saveInMemory((handler) => kind.save(model, handler, {}));

async function compare<M>(
  kind: TfjsKind<M>,
  name: string,
  result: M,
  wanted: CompareInputs,
  session: Session,
): Promise<CompareResult> {
  const batches = await makeBatches(calibrationInputs(kind.inputs, name), wanted);
  const run = (model: M) => runTfjs(() => kind.start(model), batches, kind);
  return compareRuns(run(kind.original), run(result), kind.outputs, batches.length, session);
}

async function download<M>(
  kind: TfjsKind<M>,
  name: string,
  model: M,
  format: DownloadForm,
): Promise<Download> {
  const { files, saved } = await saveInMemory((handler) => kind.save(model, handler, { format }));
  const price =
    saved.lowestSqnrDb === null
      ? 'nothing is lost'
      : `saving costs accuracy: ${formatDecibels(saved.lowestSqnrDb)} at the worst weight`;
  const again =
    saved.warnings.length === 0
      ? []
      : ['Quantize with “The file is loaded by: any TensorFlow.js” for a plain file without this loss.'];
  const { ownLayers } = saved;
  const loader =
    format === 'packed'
      ? 'lowbit (@lowbit/tfjs)'
      : ownLayers.length > 0
        ? `TensorFlow.js with registerLayers() of @lowbit/tfjs, which has ${ownLayers.join(', ')}`
        : 'any TensorFlow.js';
  return {
    name: `${name.replace(/\.json$/i, '')}_${format}.zip`,
    bytes: zipFiles(files),
    note: [`For ${loader}: all files in ${formatBytes(saved.bytes)}, ${price}.`, ...again].join(' '),
  };
}
