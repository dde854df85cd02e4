import type { Registry } from '@lowbit/core';
import { calibrationInputs } from '@lowbit/data';
import { alignNames, checkInterfaces, compareModels } from '@lowbit/report';

import type { FoundModel } from '../model/find-model.js';
import type { ComparedPair, LoadedModel } from './compared-pair.js';
import { loadOnnx } from './load-onnx.js';
import { loadTfjsModel } from './load-tfjs-model.js';

/**
 * Loads two models, each in the runtime that it is for. A model of Keras runs where the other one does, two of them in TensorFlow.js. Inputs and
 * outputs of ONNX files go together by their names; where one is for TensorFlow.js, which makes names up, by names that mean the same or by place.
 *
 * @param methods - those that activations of TensorFlow.js models may be quantized by
 * @throws LowbitError as `loadOnnx` and `loadTfjsModel`; `invalid-argument` for different inputs or outputs.
 */
export async function openPair(
  a: FoundModel,
  b: FoundModel,
  methods: Registry,
  signal: AbortSignal,
): Promise<ComparedPair> {
  const loaded: LoadedModel[] = [];
  const release = async () => {
    for (const { model } of loaded) await model.close();
  };
  try {
    for (const [own, other] of [
      [a, b],
      [b, a],
    ] as const)
      loaded.push(
        isOnnx(own, other) ? await loadOnnx(own, signal) : await loadTfjsModel(own, methods, signal),
      );
    const areOnnx = isOnnx(a, b) && isOnnx(b, a);
    return pairOf(loaded as [LoadedModel, LoadedModel], areOnnx, release);
  } catch (error) {
    await release();
    throw error;
  }
}

const isOnnx = ({ kind }: FoundModel, other: FoundModel): boolean =>
  kind === 'onnx' || (kind === 'keras' && other.kind === 'onnx');

function pairOf(
  [first, second]: readonly [LoadedModel, LoadedModel],
  areOnnx: boolean,
  release: ComparedPair['release'],
): ComparedPair {
  const a = first.model;
  const b = areOnnx ? second.model : alignNames(second.model, a);
  checkInterfaces(a, b);
  const runtimes = new Set([first.runtime, second.runtime]);
  return {
    a: { file: a.name, bytes: first.bytes },
    b: { file: b.name, bytes: second.bytes },
    runtime: `${[...runtimes].join(' and ')}, WebAssembly, one thread`,
    inputs: calibrationInputs(a.inputs, a.name),
    compare: ({ batches }, settings) => compareModels(a, b, batches, settings),
    release,
  };
}
