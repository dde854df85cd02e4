import { LowbitError, type Report } from '@lowbit/core';
import { asForeign } from '@lowbit/onnx';
import type {
  CompareInputs,
  CompareResult,
  Download,
  DownloadForm,
  ModelFacts,
  Settings,
} from '../shared/messages.js';
import { readFiles } from './dropped-files.js';
import { openOnnx } from './onnx/open-onnx.js';
import { refuseStrangers } from './refuse-strangers.js';
import type { Session } from './session.js';

/** A model in the worker. What `compare` and `download` use is the result of the last `quantize`. */
export interface OpenedModel {
  readonly facts: ModelFacts;
  quantize(settings: Settings, session: Session): Promise<Report>;
  compare(inputs: CompareInputs, session: Session): Promise<CompareResult>;
  download(form: DownloadForm): Promise<readonly Download[]>;
  dispose(): void;
}

/**
 * Opens what was dropped: a `model.json` with its weight files, a file of Keras, or an ONNX file with the files beside it.
 *
 * @throws LowbitError what the adapters throw for files that they cannot read.
 */
export async function openModel(files: readonly File[], session: Session): Promise<OpenedModel> {
  session.onProgress({ label: 'Reading', done: 0, total: 1 });
  const jsons = files.filter(({ name }) => name.toLowerCase().endsWith('.json'));
  const kinds = await Promise.all(jsons.map(kerasJson));
  const topology = jsons.find((_, i) => kinds[i] === 'topology');
  const index = jsons.find((_, i) => kinds[i] === 'index');
  const weights = files.filter(isKerasName);
  checkOne(files);
  if (weights.length > 0 || topology !== undefined || index !== undefined) {
    const { openKeras } = await import('./keras/open-keras.js');
    const [json] = jsons.filter((each) => each !== index);
    return openKeras(
      { weights: [...(index ? [index] : []), ...weights], topology: topology ?? json },
      session,
    );
  }
  const [json] = jsons;
  try {
    await refuseStrangers(files, json);
    const dropped = await readFiles(files);
    if (json === undefined) return await openOnnx(dropped);
    const { openTfjs } = await import('./tfjs/open-tfjs.js');
    return await openTfjs(json.name, dropped);
  } catch (error) {
    throw asForeign(error);
  }
}

/** Whether a file is called as those of Keras are. */
function isKerasName({ name }: File): boolean {
  return /\.(keras|h5|hdf5)$/i.test(name);
}

/** Refuses several models: the page shows one. @throws LowbitError `invalid-argument`. */
function checkOne(files: readonly File[]): void {
  const models = files.filter((file) => isKerasName(file) || /\.onnx$/i.test(file.name));
  // Keras splits large stores of weights, and numbers the parts.
  if (models.length < 2 || models.every(({ name }) => /_\d{5}\.weights\.h5$/.test(name))) return;
  const received = models.map(({ name }) => name).join(', ');
  const remedy = 'Drop them one after the other.';
  throw new LowbitError({ code: 'invalid-argument', where: 'drop', expected: 'one model', received, remedy });
}

/** Enough for the names of the first members of a topology. */
const headBytes = 4096;

/** What a JSON file is of Keras: what it tells of layers, or an index of weights in parts; undefined for others, as of TensorFlow.js. */
async function kerasJson(json: File): Promise<'topology' | 'index' | undefined> {
  const head = await json.slice(0, headBytes).text();
  if (head.includes('"modelTopology"')) return undefined;
  if (head.includes('"class_name"')) return 'topology';
  return head.includes('"weight_map"') && head.includes('.weights.h5"') ? 'index' : undefined;
}
