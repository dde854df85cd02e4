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
  const { tfjsModelFiles } = await import('@lowbit/keras');
  const { json, shards, notes } = tfjsModelFiles(model, { signal, onProgress });
  const beside = shards.map((shard) => ({
    path: join(dirname(file), shard.path),
    data: () => shard.pieces(),
  }));
  const head = new TextEncoder().encode(json);
  return {
    files: [...beside, { path: file, data: head }],
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, head.length),
    notes,
  };
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
  const { pieces, externalData = [], storage } = await toOnnx(model, form);
  const beside = externalData.map(({ path, data }) => ({ path: join(dirname(file), path), data }));
  const bytes = [...pieces, ...beside.map(({ data }) => data)].reduce((sum, { length }) => sum + length, 0);
  return { files: [...beside, { path: file, data: pieces }], bytes, storage, notes: [] };
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
