import { withModelBytes } from '@lowbit/core/adapter';
import type { KerasModel } from '@lowbit/keras';
import { formatBytes } from 'lowbit/browser';
import type { ModelFacts } from '../../shared/messages.js';
import type { DroppedFiles } from '../dropped-files.js';
import type { OpenedModel } from '../open-model.js';
import type { Session } from '../session.js';
import { inPageWords } from './in-page-words.js';
import { openTfjs } from '../tfjs/open-tfjs.js';

/** What was dropped: a whole model, or what `model.to_json()` wrote and the weights for it, in one file or in parts. One of them is there. */
interface KerasFiles {
  readonly weights: readonly File[];
  readonly topology: File | undefined;
}

/**
 * Opens a model of Keras, as the model of TensorFlow.js that computes the same.
 *
 * @throws LowbitError as `readKeras` and `tfjsModelFiles`.
 */
export async function openKeras(dropped: KerasFiles, { signal, onProgress }: Session): Promise<OpenedModel> {
  const { readKeras, tfjsModelFiles } = await import('@lowbit/keras');
  const { topology, weights } = dropped;
  const all = [...weights, ...(topology === undefined ? [] : [topology])];
  const file = all[0]!;
  const source = topology === undefined ? file : { topology, ...(weights.length > 0 && { weights }) };
  const model = await inPageWords(
    readKeras(source, {
      signal,
      onProgress: (done) => onProgress({ label: 'Reading the file', done, total: 1 }),
    }),
  );
  try {
    const onShare = (done: number) => onProgress({ label: 'Reading weights', done, total: 1 });
    const { json, shards, notes } = tfjsModelFiles(model, { signal, onProgress: onShare });
    const name = `${file.name.replace(/(\.weights)?\.\w+$/, '')}.json`;
    const files = new Map<string, Uint8Array>([[name, new TextEncoder().encode(json)]]);
    for (const shard of shards) files.set(shard.path, await shard.read());
    const opened = await openTfjs(name, files);
    return {
      ...opened,
      facts: factsOf(opened.facts, all, files, model, notes),
      quantize: async (...given) => {
        const report = await opened.quantize(...given);
        const { before, after } = report.modelBytes;
        return withModelBytes(report, { before: model.fileBytes ?? before, after });
      },
    };
  } finally {
    model.close();
  }
}

/** The card tells what was dropped, what becomes of it, and what has to be known of that: names that are others, layers of lowbit's. */
function factsOf(
  facts: ModelFacts,
  dropped: readonly File[],
  files: DroppedFiles,
  { kerasVersion, notes }: KerasModel,
  notesOnFiles: readonly string[],
): ModelFacts {
  const version = kerasVersion === undefined ? 'Keras' : `Keras ${kerasVersion}`;
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const names = dropped.map(({ name, size }) => `${name} (${formatBytes(size)})`).join(', ');
  const told = [...notes, ...notesOnFiles].map((note) => ['Note', note] as const);
  const others = facts.facts.filter(([label]) => label !== 'File' && label !== 'Format');
  return {
    ...facts,
    facts: [
      ['File', `${names}, ${version}`],
      ['Becomes', `a model of TensorFlow.js, with its weights ${formatBytes(bytes)}`],
      ...others,
      ...told,
    ],
  };
}
