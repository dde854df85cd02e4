import { LowbitError, type Batch, type Registry } from '@lowbit/core';
import type { OutputValues, RunnableModel } from '@lowbit/report';
import type { DataType, Tensor } from '@tensorflow/tfjs-core';

import type { Tfjs } from '../runtime/load-tfjs.js';
import { buildLayers, disposeModel } from '../tfjs/build-layers.js';
import { layersInterface } from '../tfjs/layers-interface.js';
import type { TfjsFile } from '../tfjs/read-model.js';

/** Loads a layers model. @throws LowbitError as `buildLayers`. */
export async function layersSession(tfjs: Tfjs, file: TfjsFile, methods: Registry): Promise<RunnableModel> {
  const model = await buildLayers(tfjs, file, methods);
  const { inputs, outputs } = layersInterface(model);
  return {
    name: file.file,
    inputs,
    outputs,
    close: () => disposeModel(model),
    run: (given) =>
      saying(file.file, async () => {
        const results = tfjs.core.tidy(() => {
          const values = inputs.map(({ name, type }) => toTensor(tfjs, given[name]!, type));
          const result = model.predictOnBatch(values.length === 1 ? values[0]! : values);
          return Array.isArray(result) ? result : [result];
        });
        return readAll(
          outputs.map(({ name }) => name),
          results,
        );
      }),
  };
}

/** A value of a batch as a tensor. */
export function toTensor({ core }: Tfjs, { shape, data }: Batch['inputs'][string], type: string): Tensor {
  const array = type === 'float32' ? Float32Array.from(data) : Int32Array.from(data);
  const tensor = core.tensor(array, [...shape], type === 'float32' ? 'float32' : 'int32');
  return type === 'bool' ? core.cast(tensor, type as DataType) : tensor;
}

/** The values of tensors, which are freed. */
export async function readAll(
  names: readonly string[],
  tensors: readonly Tensor[],
): Promise<Readonly<Record<string, OutputValues>>> {
  try {
    const values = await Promise.all(tensors.map((tensor) => tensor.data()));
    const entries = names.map((name, i) => [name, { shape: tensors[i]!.shape, data: values[i]! }] as const);
    return Object.fromEntries(entries);
  } finally {
    tensors.forEach((tensor) => tensor.dispose());
  }
}

/** Names the model in errors of its runs. */
export async function saying<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    const expected = 'inputs that the model runs with on WebAssembly';
    throw new LowbitError({ code: 'runtime-failed', where, expected, received }, { cause });
  }
}
