import { basename, dirname, join } from 'node:path';

import type { ModelPort } from '@lowbit/core';
import type { KerasModel, KerasPort, ReadingOptions } from '@lowbit/keras';
import type { AsOnnxOptions } from '@lowbit/keras-onnx';
import type { BuiltModel, StreamedModel } from '@lowbit/onnx/build';

import type { OutputFile } from '../files/write-outputs.js';
import { dataFileName } from '../quantize/open-port.js';
import type { KerasTarget } from '../usage/keras-options.js';

/** A model of Keras in another form: the files that it is made of. */
export interface WrittenModel {
  /** That of the model itself is the last. */
  readonly files: readonly OutputFile[];
  /** Bytes of all files. */
  readonly bytes: number;
  /** What has to be said of it, in sentences. */
  readonly notes: readonly string[];
}

/** How it is written; the wishes are for ONNX files. */
export type Writing = ReadingOptions & Pick<AsOnnxOptions, 'optimize' | 'target' | 'external' | 'registry'>;

/**
 * Writes a model of Keras. The weights of one for TensorFlow.js are read when its files are.
 *
 * @param file - where the file of the model will be: the JSON of TensorFlow.js, or the ONNX file
 * @throws LowbitError `layer-unsupported` with every layer that the form does not have.
 */
export async function writtenModel(
  model: KerasModel,
  to: KerasTarget,
  file: string,
  form: Writing,
): Promise<WrittenModel> {
  if (to === 'tfjs') return asTfjs(model, file, form);
  const { streamOnnx } = await import('@lowbit/keras-onnx');
  return onnxFiles(await streamOnnx(model, { ...namesOf(file), ...form }), file);
}

const namesOf = (file: string) => ({ name: basename(file), externalPath: dataFileName(file) });

async function asTfjs(model: KerasModel, file: string, form: Writing): Promise<WrittenModel> {
  const { tfjsModelFiles } = await import('@lowbit/keras');
  const { signal, onProgress } = form;
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

function onnxFiles({ pieces, size, externalData = [] }: BuiltModel | StreamedModel, file: string) {
  const beside = externalData.map(({ path, data }) => ({ path: join(dirname(file), path), data }));
  const bytes = beside.reduce((sum, { data }) => sum + data.length, size);
  return { files: [...beside, { path: file, data: pieces }], bytes, notes: [] };
}

/**
 * A port on a model of Keras whose result is written. What it tells is told of that.
 */
export async function portThatWrites(
  port: KerasPort,
  to: KerasTarget,
  file: string,
  form: Writing,
): Promise<ModelPort<WrittenModel>> {
  if (to === 'tfjs') return inFiles(port, (model) => asTfjs(model, file, form));
  const { asOnnx } = await import('@lowbit/keras-onnx');
  return inFiles(asOnnx(port, { ...namesOf(file), ...form }), (model) => onnxFiles(model, file));
}

/** @param write - what becomes of a result */
function inFiles<M>(
  port: ModelPort<M>,
  write: (model: M) => WrittenModel | Promise<WrittenModel>,
): ModelPort<WrittenModel> {
  const own: Omit<ModelPort<M>, 'write' | 'inForm'> = port;
  return {
    ...own,
    write: (outcome) => {
      const writer = port.write(outcome);
      return {
        add: (...given) => writer.add(...given),
        async finish() {
          const applied = await writer.finish();
          const model = await write(applied.model);
          return { ...applied, model, modelBytes: { ...applied.modelBytes, after: model.bytes } };
        },
      };
    },
  };
}
