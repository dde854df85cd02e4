import { defined } from '@lowbit/core/adapter';
import type { KerasModel } from '@lowbit/keras';
import { modelFiles } from '@lowbit/tfjs-format';
import type { ModelFacts } from '../../shared/messages.js';
import type { DroppedFiles } from '../dropped-files.js';
import type { OpenedModel } from '../open-model.js';
import type { Session } from '../session.js';
import { inPageWords } from './in-page-words.js';
import { openTfjs } from '../tfjs/open-tfjs.js';

/** What was dropped: a whole model, or what `model.to_json()` wrote and the weights for it. One of them is there. */
interface KerasFiles {
  readonly weights: File | undefined;
  readonly topology: File | undefined;
}

/**
 * Opens a model of Keras, as the model of TensorFlow.js that computes the same.
 *
 * @throws LowbitError as `readKeras` and `tfjsArtifacts`.
 */
export async function openKeras(files: KerasFiles, { signal, onProgress }: Session): Promise<OpenedModel> {
  const { readKeras, tfjsArtifacts } = await import('@lowbit/keras');
  const { topology, weights } = files;
  const file = (weights ?? topology)!;
  const source = topology === undefined ? file : { topology, ...defined({ weights }) };
  const model = await inPageWords(
    readKeras(source, {
      signal,
      onProgress: (done) => onProgress({ label: 'Reading the file', done, total: 1 }),
    }),
  );
  try {
    const onShare = (done: number) => onProgress({ label: 'Reading weights', done, total: 1 });
    const artifacts = await tfjsArtifacts(model, { signal, onProgress: onShare });
    const { json, shards } = modelFiles(artifacts, file.name);
    const name = `${file.name.replace(/(\.weights)?\.\w+$/, '')}.json`;
    const files: DroppedFiles = new Map([
      [name, new TextEncoder().encode(json)],
      ...shards.map(({ path, bytes }) => [path, bytes] as const),
    ]);
    const opened = await openTfjs(name, files);
    return { ...opened, facts: withSource(opened.facts, file, model) };
  } finally {
    model.close();
  }
}

/** What is known of the file stands before what is known of the model that was made of it. */
function withSource(facts: ModelFacts, { name }: File, { kerasVersion, notes }: KerasModel): ModelFacts {
  const version = kerasVersion === undefined ? 'Keras' : `Keras ${kerasVersion}`;
  const told = notes.map((note) => ['Note', note] as const);
  return { ...facts, facts: [['Source', `${name}, ${version}`], ...facts.facts, ...told] };
}
