import { LowbitError, type Registry } from '@lowbit/core';
import type { FoundModel } from '../model/find-model.js';
import { readTfjsJson } from '../tfjs/read-model.js';
import type { ComparedPair } from './compared-pair.js';
import { onnxPair } from './onnx-pair.js';
import { tfjsPair } from './tfjs-pair.js';

const names = { onnx: 'an ONNX model', tfjs: 'a TensorFlow.js model', keras: 'a model of Keras' } as const;

/**
 * Opens two models for the runtime of both. A model of Keras runs where the other one does, two of them in TensorFlow.js.
 *
 * @param methods - those that activations of TensorFlow.js models may be quantized by
 * @throws LowbitError `invalid-argument` for two kinds of model; as `readTfjsJson`.
 */
export async function openPair(
  a: FoundModel,
  b: FoundModel,
  methods: Registry,
  signal: AbortSignal,
): Promise<ComparedPair> {
  const kinds = [a.kind, b.kind];
  if (!kinds.includes('onnx')) return tfjsPair([a, b], methods, signal);
  if (!kinds.includes('tfjs')) return onnxPair(a, b, signal);
  // What is called .json and is none is told as that.
  await readTfjsJson(a.kind === 'tfjs' ? a.file : b.file, signal);
  throw ofTwoKinds(a, b);
}

function ofTwoKinds(a: FoundModel, b: FoundModel): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: b.file,
    expected: `${names[a.kind]}, as ${a.file}`,
    received: names[b.kind],
    remedy: 'Compare models of one kind: two runtimes order axes, round and take time differently.',
  });
}
