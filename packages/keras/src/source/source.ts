import { isLowbitError, LowbitError, type QuantizationPlan } from '@lowbit/core';

import { malformed } from '../errors.js';
import type { Hdf5File, Hdf5Options, openHdf5 as OpenHdf5 } from '../hdf5/open-hdf5.js';
import type { JsonObject } from '../model.js';
import { isObject } from '../topology/raw-layer.js';
import { readTopology, type Topology } from '../topology/read-topology.js';
import { hdf5Store, type TensorStore } from '../weights/store.js';
import type { StoredTensor } from '../weights/tensors.js';
import { allBytes, firstBytes, isBlob, type KerasFile, type NamedBlob, toBlob } from '../file.js';
import { optimizerBytes } from './source-bytes.js';
import { kerasArchive, type ArchiveOptions } from './keras-archive.js';
import { fileKind, headBytes, notKeras, strangeJson } from './recognise.js';
import { weightFiles } from './weight-files.js';
import { tfjsSource, type TfjsFiles } from './tfjs-files.js';

/** A topology and weights that were saved apart. */
export interface KerasParts {
  /** What `model.to_json()` gave, or a `config.json`: text, the object in it, or a file. */
  readonly topology: string | object | KerasFile;
  /** A `.h5` or `.weights.h5` file, or the parts of one that Keras split, with or without their index. Absent: a model without weights. */
  readonly weights?: KerasFile | readonly KerasFile[];
}

/** Opens an HDF5 file. What that takes is loaded with the first one. */
async function openHdf5(...given: Parameters<typeof OpenHdf5>): Promise<Hdf5File> {
  const { openHdf5: open } = await import('../hdf5/open-hdf5.js');
  return open(...given);
}

/** How files are opened. */
export type OpeningOptions = Hdf5Options &
  ArchiveOptions & {
    /** Looks at a topology that is known before its weights, which take longer to open. */
    readonly checkTopology: (topology: Topology, where: string) => void;
  };

/** Everything that a Keras model is read from. */
export type KerasSource = KerasFile | KerasParts | TfjsFiles;

/** What a source holds, before topology and weights are brought together. */
export interface OpenSource {
  readonly where: string;
  readonly topology: Topology;
  /** Weights in HDF5 files; undefined where there are none. */
  readonly store?: TensorStore;
  /** Weights of TensorFlow.js, which have names alone. */
  readonly named?: readonly StoredTensor[];
  /** Plans by which lowbit quantized the model. */
  readonly plans?: readonly QuantizationPlan[];
  /** Bytes of its files that are the state of an optimizer. */
  readonly optimizerBytes: number;
  readonly notes: readonly string[];
  close(): void;
}

/** Reads what a source holds, apart from the values of the weights. */
export async function openSource(source: KerasSource, options: OpeningOptions): Promise<OpenSource> {
  if (isParts(source)) return openParts(source, options);
  if (isTfjs(source)) return tfjsSource(source);
  const file = toBlob(source, 'the file');
  const head = await firstBytes(file, headBytes);
  switch (fileKind(head, file.name)) {
    case 'hdf5':
      return openWhole(file, options);
    case 'zip':
      return openArchive(file, options);
    case 'json':
      throw strangeJson(head, file.name);
  }
}

function isParts(source: unknown): source is KerasParts {
  return isObject(source) && 'topology' in source && !isBlob(source);
}

function isTfjs(source: unknown): source is TfjsFiles {
  return isObject(source) && 'modelJson' in source && !isBlob(source);
}

async function openWhole(file: NamedBlob, options: OpeningOptions): Promise<OpenSource> {
  const hdf5 = await openHdf5(file, options);
  const root = hdf5.contents.groups.get('') ?? {};
  const config = root['model_config'];
  if (typeof config !== 'string') {
    hdf5.close();
    throw notKeras(
      file.name,
      'weights without a topology',
      'Give the topology too: { topology: model.to_json(), weights }. It is also the config.json of a .keras file.',
    );
  }
  const version = root['keras_version'];
  const backend = root['backend'];
  return finish([[hdf5, file.size]], file.name, () => ({
    ...readTopology(config, `${file.name}: model_config`),
    ...(typeof version === 'string' && { version }),
    ...(typeof backend === 'string' && { backend }),
  }));
}

async function openArchive(file: NamedBlob, options: OpeningOptions): Promise<OpenSource> {
  const archive = await kerasArchive(file, options);
  const topology = readTopology(archive.config, `${file.name}: config.json`);
  const metadata = archive.metadata === undefined ? {} : parseMetadata(archive.metadata);
  const version = metadata['keras_version'];
  options.checkTopology(topology, file.name);
  const hdf5 = await openHdf5(await archive.weights(), options);
  return finish([[hdf5, file.size]], file.name, () => ({
    ...topology,
    ...(typeof version === 'string' && { version }),
  }));
}

/** `metadata.json` tells the version and the date, of which the model does not depend. */
function parseMetadata(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

async function openParts({ topology, weights }: KerasParts, options: OpeningOptions): Promise<OpenSource> {
  const read = readTopology(await topologyValue(topology), 'topology');
  options.checkTopology(read, 'topology');
  const given =
    weights === undefined ? [] : Array.isArray(weights) ? (weights as KerasFile[]) : [weights as KerasFile];
  const opened: SizedFile[] = [];
  try {
    for (const file of await weightFiles(given, options.signal))
      opened.push([await openHdf5(file, options), file.size]);
  } catch (error) {
    opened.forEach(([file]) => file.close());
    throw error;
  }
  const root = opened[0]?.[0].contents.groups.get('') ?? {};
  const { backend } = root;
  const name = given.length === 0 ? 'topology' : 'weights';
  return finish(opened, name, () => ({ ...(typeof backend === 'string' && { backend }), ...read }));
}

async function topologyValue(topology: unknown): Promise<unknown> {
  if (typeof topology === 'string') return topology;
  if (!(topology instanceof Uint8Array) && !(topology instanceof ArrayBuffer) && !isBlob(topology)) {
    if (isObject(topology)) return topology;
    const expected = 'the text of a JSON file, the object in it, or the file';
    throw new LowbitError({
      code: 'invalid-argument',
      where: 'keras: topology',
      expected,
      received: typeof topology,
    });
  }
  const file = toBlob(topology, 'topology');
  const kind = fileKind(await firstBytes(file, headBytes), file.name);
  if (kind === 'zip') return (await kerasArchive(file)).config;
  if (kind === 'hdf5') {
    const remedy = 'Give what model.to_json() wrote. A whole model is given alone.';
    throw malformed(file.name, 'a JSON text', 'an HDF5 file', remedy);
  }
  return new TextDecoder().decode(await allBytes(file));
}

/** A file of weights, and the bytes of what it lies in. */
type SizedFile = readonly [file: Hdf5File, bytes: number];

/** What was opened, closed again where its topology cannot be read. */
function finish(sized: readonly SizedFile[], where: string, topology: () => Topology): OpenSource {
  const files = sized.map(([file]) => file);
  const close = () => files.forEach((file) => file.close());
  try {
    const store = files.length === 0 ? undefined : hdf5Store(files);
    const state = sized.reduce((sum, [{ contents }, bytes]) => sum + optimizerBytes(contents, bytes), 0);
    const notes = notesOf(files, state);
    return { where, topology: topology(), optimizerBytes: state, notes, close, ...(store && { store }) };
  } catch (error) {
    close();
    if (isLowbitError(error)) throw error;
    throw malformed(where, 'a model of Keras', (error as Error).message, undefined, error);
  }
}

/** @param state - bytes of that of an optimizer */
function notesOf(files: readonly Hdf5File[], state: number): readonly string[] {
  const inPlace = files.find((file) => file.inPlace !== undefined)?.inPlace;
  return [
    ...(state > 0
      ? [`The state of the optimizer, ${state} bytes of the file, was left out: sizes are told without it.`]
      : []),
    ...(inPlace === undefined
      ? []
      : [`The file was read without a worker, so that nothing limits the time that it takes: ${inPlace}.`]),
  ];
}
