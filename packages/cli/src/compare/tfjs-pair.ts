import type { Batch, Registry } from '@lowbit/core';

import { calibrationInputs } from '../model/calibration-inputs.js';
import { loadTfjs, type Tfjs } from '../runtime/load-tfjs.js';
import { modelKind } from '../tfjs/model-kind.js';
import { readTfjsModel, type TfjsFile } from '../tfjs/read-model.js';
import { alignNames } from './align-names.js';
import { checkInterfaces } from './check-interfaces.js';
import { compareSessions } from './compare-sessions.js';
import type { ComparedPair } from './compared-pair.js';
import { graphSession } from './graph-session.js';
import type { OutputValues } from './output-collector.js';
import { layersSession, type TfjsSession } from './tfjs-session.js';

/**
 * Two TensorFlow.js models, layers or graphs.
 *
 * @param methods - those that their activations may be quantized by
 * @throws LowbitError of reading, building, or for different inputs.
 */
export async function tfjsPair(
  [first, second]: readonly [string, string],
  methods: Registry,
  signal: AbortSignal,
): Promise<ComparedPair> {
  const files = [await readTfjsModel(first, signal), await readTfjsModel(second, signal)] as const;
  const tfjs = await loadTfjs('compare');
  const opened: TfjsSession[] = [];
  try {
    for (const file of files) opened.push(await openSession(tfjs, file, methods));
    return pairOf(tfjs, files, opened as [TfjsSession, TfjsSession]);
  } catch (error) {
    opened.forEach((session) => session.dispose());
    throw error;
  }
}

function openSession(tfjs: Tfjs, file: TfjsFile, methods: Registry): Promise<TfjsSession> {
  return modelKind(file.json) === 'graph-model'
    ? graphSession(tfjs, file)
    : layersSession(tfjs, file, methods);
}

function pairOf(
  { core }: Tfjs,
  [first, second]: readonly [TfjsFile, TfjsFile],
  [a, given]: readonly [TfjsSession, TfjsSession],
): ComparedPair {
  const b = alignNames(given, a);
  checkInterfaces({ ...a, file: first.file }, { ...b, file: second.file });
  const { outputs } = a;
  const values = (result: Readonly<Record<string, OutputValues>>) =>
    outputs.map(({ name }) => result[name] as OutputValues);
  return {
    a: { file: first.file, bytes: first.totalBytes },
    b: { file: second.file, bytes: second.totalBytes },
    runtime: `TensorFlow.js ${core.version_core}, WebAssembly, one thread`,
    inputs: calibrationInputs(a.inputs, first.file),
    compare: (chosen, settings) =>
      compareSessions(
        { a, b, outputs, inputs: ({ inputs }: Batch) => inputs, values },
        chosen.batches,
        settings,
      ),
    release: () => [a, given].forEach((session) => session.dispose()),
  };
}
