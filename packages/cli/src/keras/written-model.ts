import { basename, dirname, join } from 'node:path';

import type { ModelPort, StorageNote } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { KerasModel, KerasPort, ReadingOptions } from '@lowbit/keras';
import type { ToOnnxOptions } from '@lowbit/keras-onnx';

import type { OutputFile } from '../files/write-outputs.js';
import { dataFileName } from '../quantize/open-port.js';
import type { KerasTarget } from '../usage/keras-options.js';

/** A model of Keras in another form: the files that it is made of, and how each packed weight is stored where that is another form than the port tells. */
export interface WrittenModel {
  /** That of the model itself is the last. */
  readonly files: readonly OutputFile[];
  /** Bytes of all files. */
  readonly bytes: number;
  readonly storage?: readonly StorageNote[];
  /** What has to be said of it, in sentences. */
  readonly notes: readonly string[];
}

/** How an ONNX file is written. */
export type OnnxForm = Pick<ToOnnxOptions, 'optimize' | 'target' | 'external' | 'registry' | 'original'>;

/**
 * Writes a model of Keras. The weights of one for TensorFlow.js are read when its files are.
 *
 * @param file - where the file of the model will be: the JSON of TensorFlow.js, or the ONNX file
 * @throws LowbitError `layer-unsupported` with every layer that the form does not have.
 */
export function writtenModel(
  model: KerasModel,
  to: KerasTarget,
  file: string,
  form: OnnxForm & ReadingOptions,
): Promise<WrittenModel> {
  return to === 'onnx' ? asOnnx(model, file, form) : asTfjs(model, file, form);
}

async function asTfjs(
  model: KerasModel,
  file: string,
  { signal, onProgress }: ReadingOptions,
): Promise<WrittenModel> {
  const { renamedLayers, tfjsModelFiles } = await import('@lowbit/keras');
  const { json, shards } = tfjsModelFiles(model, { signal, onProgress });
  const beside = shards.map(({ path, read }) => ({ path: join(dirname(file), path), data: read }));
  const head = new TextEncoder().encode(json);
  return {
    files: [...beside, { path: file, data: head }],
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, head.length),
    notes: [...notesOnNames(renamedLayers(model)), ...notesOnClasses(json)],
  };
}

/** Tells which layers, and with them inputs and outputs, are called otherwise. */
function notesOnNames(renamed: ReadonlyMap<string, string>): readonly string[] {
  if (renamed.size === 0) return [];
  const list = [...renamed].map(([id, name]) => `${id} is ${name}`).join(', ');
  return [`Names that TensorFlow.js does not take are others: ${list}.`];
}

/** Names layers and activations that TensorFlow.js alone does not have. */
function notesOnClasses(json: string): readonly string[] {
  const names = [...json.matchAll(/"(?:class_name|\w*activation)":"(lowbit\w+)"/gi)].map(([, name]) => name!);
  if (names.length === 0) return [];
  const list = [...new Set(names)].sort().join(', ');
  return [
    `${list}: of @lowbit/tfjs. Load the folder with its load(), or call its registerLayers() before TensorFlow.js does.`,
  ];
}

async function asOnnx(
  model: KerasModel,
  file: string,
  { signal, onProgress, ...wishes }: OnnxForm & ReadingOptions,
): Promise<WrittenModel> {
  const { toOnnx } = await import('@lowbit/keras-onnx');
  const form = {
    name: basename(file),
    externalPath: dataFileName(file),
    ...wishes,
    ...defined({ signal, onProgress }),
  };
  const { bytes, externalData = [], storage } = await toOnnx(model, form);
  const beside = externalData.map(({ path, data }) => ({ path: join(dirname(file), path), data }));
  const all = beside.reduce((sum, { data }) => sum + data.length, bytes.length);
  return { files: [...beside, { path: file, data: bytes }], bytes: all, storage, notes: [] };
}

/**
 * A port on a model of Keras whose result is written in another form.
 *
 * @param before - bytes of the files that the model was read from
 */
export function portThatWrites(
  port: KerasPort,
  write: (model: KerasModel) => Promise<WrittenModel>,
  before: number,
): ModelPort<WrittenModel> {
  const own: Omit<KerasPort, 'write' | 'inForm'> = port;
  return {
    ...own,
    write: (outcome) => {
      const writer = port.write(outcome);
      return {
        add: (...given) => writer.add(...given),
        async finish() {
          const applied = await writer.finish();
          const model = await write(applied.model);
          const storage = model.storage ?? applied.storage;
          return { ...applied, model, storage, modelBytes: { before, after: model.bytes } };
        },
      };
    },
  };
}
